/** @jsxImportSource preact */
import type { EnqueueResult } from '@helvino/client'
import { Component, createRef } from 'preact'
import type { WidgetApi } from './api.ts'
import type { PanelWords } from './words/words.ts'

export interface ComposerProps {
  readonly words: PanelWords
  /** Takes the focus whenever this becomes true. */
  readonly isOpen: boolean
  readonly canWrite: boolean
  /** Said where nothing can be written. */
  readonly writesOff: string | undefined
  /** Why a message was not taken; empty where it was. */
  readonly noticeOf: (result: EnqueueResult) => string
  /** Where what is not sent yet outlives the page. */
  readonly draft: Pick<WidgetApi, 'readDraft' | 'keepDraft' | 'onWrite'>
  readonly onSend: (text: string) => Promise<EnqueueResult>
}

interface ComposerState {
  readonly notice: string
}

/** Where the visitor types. Enter sends, Shift+Enter begins a new line. */
export class Composer extends Component<ComposerProps, ComposerState> {
  override state: ComposerState = { notice: '' }
  readonly #field = createRef<HTMLTextAreaElement>()
  /** What of the field's text is being kept at the moment. */
  #taken = ''

  override componentDidMount() {
    const field = this.#field.current
    if (field) field.value = this.props.draft.readDraft()
    if (this.props.isOpen) this.#focus()
  }

  override componentDidUpdate({ isOpen: wasOpen }: ComposerProps) {
    if (this.props.isOpen && !wasOpen) this.#focus()
  }

  #focus() {
    this.#field.current?.focus()
  }

  /** What was typed on while the text before it is being kept, or instead of it. */
  #rest({ value }: HTMLTextAreaElement) {
    return value.startsWith(this.#taken) ? value.slice(this.#taken.length) : value
  }

  async #send() {
    const field = this.#field.current
    // A second Enter cannot send the same text twice.
    const text = field ? this.#rest(field) : ''
    if (!field || text.trim() === '') return
    this.#taken = field.value
    const { onSend, noticeOf, draft } = this.props
    const result = await onSend(text)
    // Only now: until the message is kept nothing is drawn, so that nothing holds it up. A text that was not taken comes back.
    field.value = this.#rest(field)
    this.#taken = ''
    if (result.kind !== 'queued') field.value = field.value === '' ? text : `${text}\n${field.value}`
    draft.keepDraft(field.value)
    this.setState({ notice: result.kind === 'queued' ? '' : noticeOf(result) })
  }

  override render({ words, canWrite, writesOff, draft }: ComposerProps, { notice }: ComposerState) {
    return (
      <div class="composer">
        <p role="alert">{canWrite ? notice : writesOff}</p>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void this.#send()
            this.#focus()
          }}
        >
          <textarea
            ref={this.#field}
            rows={1}
            aria-label={words.compose}
            placeholder={words.placeholder}
            enterkeyhint="send"
            disabled={!canWrite}
            onInput={({ currentTarget }) => {
              draft.keepDraft(currentTarget.value)
              draft.onWrite?.()
            }}
            onKeyDown={(event) => {
              // While an input method composes, Enter picks a word.
              if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
              event.preventDefault()
              void this.#send()
            }}
          />
          <button class="icon" aria-label={words.send} disabled={!canWrite}>
            <svg viewBox="0 0 24 24">
              <path d="M12 19V5m-6 6 6-6 6 6" />
            </svg>
          </button>
        </form>
      </div>
    )
  }
}
