/** @jsxImportSource preact */
import type { CallResult, ChatState } from '@helvino/client'
import { Component, createRef } from 'preact'
import type { WidgetApi } from './api.ts'
import { isAway } from './headline.ts'
import { isOwn } from './message-state.ts'
import type { Words } from './words/words.ts'

export interface EmailFormProps {
  readonly api: WidgetApi
  readonly chat: ChatState
  readonly words: Words
}

interface EmailFormState {
  readonly step: 'ask' | 'wrong' | 'saved' | 'gone'
}

/** A client that can tell the server of the visitor's address. */
interface TellsVisitor {
  readonly updateVisitor?: (about: { readonly email: string }) => Promise<CallResult<unknown>>
}

/** Asks where an answer may be sent, once something was said and nobody is there (`askEmail`, `availability`). Can be put away. */
export class EmailForm extends Component<EmailFormProps, EmailFormState> {
  override state: EmailFormState = { step: 'ask' }
  readonly #field = createRef<HTMLInputElement>()

  async #save() {
    const client = this.props.api.client as TellsVisitor
    const field = this.#field.current
    const isAddress = field?.value && field.checkValidity()
    const result = isAddress ? await client.updateVisitor?.({ email: field.value }) : undefined
    this.setState({ step: result?.kind === 'answered' ? 'saved' : 'wrong' })
  }

  override render({ api, chat, words }: EmailFormProps, { step }: EmailFormState) {
    const given = chat.config?.given
    const isAsked = given?.['askEmail'] === true && isAway(given) && 'updateVisitor' in api.client
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
        <button type="button" onClick={() => this.setState({ step: 'gone' })}>
          {words.dismiss}
        </button>
        <p role="alert">{step === 'wrong' && words.emailWrong}</p>
      </form>
    )
  }
}
