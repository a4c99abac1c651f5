/** @jsxImportSource preact */
import type { EnqueueResult } from '@helvino/client'
import { Component, createRef } from 'preact'
import type { Words } from './words/words.ts'

export interface ComposerProps {
  readonly words: Words
  /** Takes the focus whenever this becomes true. */
  readonly isOpen: boolean
  readonly canWrite: boolean
  readonly onSend: (text: string) => Promise<EnqueueResult>
}

function noticeOf(result: EnqueueResult, words: Words): string {
  if (result.kind === 'too-long') return words.tooLong(result.maxLength)
  return result.kind === 'full' ? words.outboxFull : ''
}

interface ComposerState {
  readonly notice: string
}

/** Where the visitor types. Enter sends, Shift+Enter begins a new line. */
export class Composer extends Component<ComposerProps, ComposerState> {
  override state: ComposerState = { notice: '' }
  readonly #field = createRef<HTMLTextAreaElement>()

  override componentDidMount() {
    if (this.props.isOpen) this.#field.current?.focus()
  }

  override componentDidUpdate({ isOpen: wasOpen }: ComposerProps) {
    if (this.props.isOpen && !wasOpen) this.#field.current?.focus()
  }

  async #send() {
    const field = this.#field.current
    const text = field?.value ?? ''
    if (!field || text.trim() === '') return
    // Cleared before the answer, so that a second Enter cannot send the same text twice; a text that was not taken comes back.
    field.value = ''
    field.focus()
    const { onSend, words } = this.props
    const result = await onSend(text)
    if (result.kind !== 'queued') field.value = field.value === '' ? text : `${text}\n${field.value}`
    this.setState({ notice: noticeOf(result, words) })
  }

  override render({ words, canWrite }: ComposerProps, { notice }: ComposerState) {
    return (
      <div class="composer">
        <p role="alert">{canWrite ? notice : words.writesOff}</p>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void this.#send()
          }}
        >
          <textarea
            ref={this.#field}
            rows={1}
            aria-label={words.compose}
            placeholder={words.placeholder}
            enterkeyhint="send"
            disabled={!canWrite}
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
