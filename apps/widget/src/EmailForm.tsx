/** @jsxImportSource preact */
import type { CallResult, ChatState } from '@helvino/client'
import type { VisitorChange } from '@helvino/protocol'
import { Component, createRef } from 'preact'
import type { WidgetApi } from './api.ts'
import { isAway } from './headline.ts'
import { isOwn } from './message-state.ts'
import type { Words } from './words/words.ts'

export interface EmailFormProps {
  readonly api: WidgetApi
  readonly chat: ChatState
  readonly words: Words
  /** The team has an address already. */
  readonly hasEmail: boolean | undefined
  /** Tells the server. */
  readonly onTell: (change: VisitorChange) => Promise<CallResult<unknown>>
  /** The form, and what of it has the focus, is about to go. */
  readonly onGone: () => void
}

interface EmailFormState {
  readonly step: 'ask' | 'saving' | 'wrong' | 'failed' | 'saved' | 'gone'
}

/** Asks where an answer may be sent, once something was said and nobody is there (`askEmail`, `availability`). Can be put away. */
export class EmailForm extends Component<EmailFormProps, EmailFormState> {
  override state: EmailFormState = { step: 'ask' }
  readonly #field = createRef<HTMLInputElement>()

  async #save() {
    const field = this.#field.current
    if (this.state.step === 'saving') return
    if (!field?.value || !field.checkValidity()) {
      this.setState({ step: 'wrong' })
      return
    }
    this.setState({ step: 'saving' })
    const { kind } = await this.props.onTell({ email: field.value })
    if (kind === 'answered') this.#leave('saved')
    else this.setState({ step: kind === 'refused' ? 'wrong' : 'failed' })
  }

  #leave(step: 'saved' | 'gone') {
    this.props.onGone()
    this.setState({ step })
  }

  override render({ api, chat, words, hasEmail }: EmailFormProps, { step }: EmailFormState) {
    const given = chat.config?.given
    const isAsked = given?.['askEmail'] === true && isAway(given) && !(hasEmail && step !== 'saved')
    if (!isAsked || step === 'gone' || !api.client.timeline().some(isOwn)) return null
    if (step === 'saved')
      return (
        <p class="email" role="status">
          {words.emailSaved}
        </p>
      )
    return (
      <form
        class="email"
        noValidate
        // It may take seconds: the server hears of a visitor only so often.
        aria-busy={step === 'saving'}
        onSubmit={(event) => {
          event.preventDefault()
          void this.#save()
        }}
      >
        <p>{words.emailAsk}</p>
        <input
          ref={this.#field}
          type="email"
          autocomplete="email"
          aria-label={words.emailLabel}
          aria-invalid={step === 'wrong'}
          placeholder={words.emailLabel}
        />
        <button>{words.emailSave}</button>
        <button type="button" onClick={() => this.#leave('gone')}>
          {words.dismiss}
        </button>
        <p role="alert">{step === 'wrong' ? words.emailWrong : step === 'failed' && words.failed}</p>
      </form>
    )
  }
}
