/** @jsxImportSource preact */
import { type ChatState, createLoadEarlier, createUpdateVisitor, hasEarlier } from '@helvino/client'
import { type ServerFrame, typingLimits, type VisitorChange } from '@helvino/protocol'
import { Component } from 'preact'
import { createAttention } from './attention.ts'
import { Banner } from './Banner.tsx'
import { EmailForm } from './EmailForm.tsx'
import { Greeting } from './FirstLines.tsx'
import { loadTelemetry } from './load-telemetry.ts'
import { Log } from './Log.tsx'
import { createPageReport } from './page-report.ts'
import { createPhoneFit, type PhoneFit } from './phone-fit.ts'
import { sayRenewals } from './say-renewals.ts'
import type { ConversationProps } from './view.ts'
import { wordsOf } from './view-words.ts'
import type { PanelWords, Words } from './words/words.ts'

interface ConversationState {
  readonly chat: ChatState
  /** Somebody answers at the moment. */
  readonly isAnswering?: boolean
  readonly isLoadingEarlier?: boolean
  /** By the server's last word. */
  readonly hasEmail?: boolean
}

// What has come is on screen by then: from there on, what comes is read out again.
const drawnAfterMs = 200

/** True once what was said before is on screen: from there on, whatever comes is news. */
function isHistoryShown({ isListed, currentId, threads, conversations }: ChatState): boolean {
  if (!isListed || currentId === undefined) return isListed
  const isEmpty = conversations.some(({ id, latestSequence }) => id === currentId && latestSequence === 0)
  return isEmpty || (threads.get(currentId)?.messages.length ?? 0) > 0
}

/** The conversation as it is shown: the messages, who writes, and what the visitor is asked. */
export class Conversation extends Component<ConversationProps, ConversationState> {
  override state: ConversationState = { chat: this.props.api.client.state }
  #stops: (() => void)[] = []
  #cancelAnswering: (() => void) | undefined
  #toldAtMs = -Infinity
  #phone: PhoneFit | undefined
  #words: readonly [PanelWords, Words] | undefined
  readonly #attention = createAttention(this.props)
  readonly #disposal = new AbortController()
  readonly #loadEarlier = createLoadEarlier(this.props.api.client, this.#disposal.signal)
  readonly #update = createUpdateVisitor(this.props.api.client, this.props.clock, this.#disposal.signal)
  readonly #page = createPageReport(this.props.clock, (change) => this.#tell(change))

  override componentDidMount() {
    const { api, terms, early } = this.props
    const { renewer } = api.client
    this.#phone = createPhoneFit(terms.root)
    api.onFrame = (frame) => this.#hear(frame)
    api.onWrite = () => this.#noteTyping()
    const look = () => this.#look()
    // Another tab may have shown what is new, and what was read without a network is not told yet.
    for (const [target, type] of [
      [document, 'visibilitychange'],
      [window, 'storage'],
      [window, 'online'],
    ] as const) {
      target.addEventListener(type, look)
      this.#stops.push(() => target.removeEventListener(type, look))
    }
    this.#stops.push(
      () => this.#cancelAnswering?.(),
      api.client.subscribe((chat) => this.setState({ chat })),
      api.client.onAnnounce((message) => this.#attention.announce(message)),
      this.#phone.stop,
      sayRenewals(terms, renewer, early),
    )
    loadTelemetry(terms, renewer, early)
    look()
  }

  override componentDidUpdate() {
    this.#look()
  }

  override componentWillUnmount() {
    for (const stop of this.#stops) stop()
    this.#attention.stop()
    this.#page.stop()
    this.#disposal.abort()
  }

  #look() {
    this.#attention.look(this.props, this.state.chat)
    this.#phone?.fit(this.props.isOpen)
    this.#page.look(this.state.chat)
  }

  async #tell(change: VisitorChange) {
    const result = await this.#update(change)
    if (result.kind === 'answered') this.setState({ hasEmail: result.value.email !== undefined })
    return result
  }

  /** The focus does not go with the form. Whoever typed there types on; whoever pressed a button is shown no keyboard for it. */
  #keepFocus() {
    const { root } = this.props.terms
    const focused = root.activeElement
    if (focused?.closest('.email'))
      root.querySelector<HTMLElement>(focused.matches('input') ? 'textarea' : '.timeline')?.focus()
  }

  /** A page that could not be had leaves the button where it is. */
  async #showEarlier() {
    const { currentId } = this.state.chat
    if (!currentId || this.state.isLoadingEarlier) return
    this.setState({ isLoadingEarlier: true })
    await this.#loadEarlier(currentId)
    this.props.clock.startTimer(drawnAfterMs, () => this.setState({ isLoadingEarlier: false }))
  }

  #hear({ type }: ServerFrame) {
    if (type === 'typing' || type === 'message') this.#showAnswering(type === 'typing')
  }

  /** Until a message comes, or nothing is heard for a while. */
  #showAnswering(isAnswering: boolean) {
    this.#cancelAnswering?.()
    this.setState({ isAnswering })
    if (isAnswering)
      this.#cancelAnswering = this.props.clock.startTimer(typingLimits.lastsMs, () => this.#showAnswering(false))
  }

  /** The visitor types: told to the team now and then. */
  #noteTyping() {
    const { api, clock } = this.props
    const { currentId } = this.state.chat
    const nowMs = clock.monotonicMs()
    if (!currentId || nowMs - this.#toldAtMs < typingLimits.everyMs) return
    this.#toldAtMs = nowMs
    api.client.noteTyping(currentId)
  }

  /** The same for the same language: lines are drawn again where their words change. */
  #wordsOf(panelWords: PanelWords): Words {
    if (this.#words?.[0] !== panelWords) this.#words = [panelWords, wordsOf(panelWords)]
    return this.#words[1]
  }

  override render(props: ConversationProps, { chat, isAnswering, isLoadingEarlier, hasEmail }: ConversationState) {
    const { api, clock, words: panelWords, language, isOpen } = props
    const { client } = api
    const words = this.#wordsOf(panelWords)
    const { delivery, durability, orgName, currentId } = chat
    const own = chat.conversations.find(({ id }) => id === currentId)
    return (
      <>
        <Banner {...props} />
        <Log
          {...{ words, language, isOpen, clock }}
          items={client.timeline()}
          sender={orgName ?? words.them}
          greeting={<Greeting chat={chat} words={words} />}
          isHistoryShown={isHistoryShown(chat)}
          isFailing={delivery.isFailing}
          readSequence={own?.readSequence ?? 0}
          hasEarlier={hasEarlier(currentId && chat.threads.get(currentId))}
          isLoadingEarlier={isLoadingEarlier}
          onEarlier={() => void this.#showEarlier()}
          onRetry={(id) => void client.retry(id)}
          onDiscard={(id) => void client.discard(id)}
        />
        {isAnswering && (
          <p class="answering">
            <i />
            <i />
            <i />
            <span class="unseen">{words.answering}</span>
          </p>
        )}
        {durability === 'page' && delivery.isFailing && <p class="branding">{words.unsaved}</p>}
        <EmailForm
          {...{ api, chat, words, hasEmail }}
          onTell={(change) => this.#tell(change)}
          onGone={() => this.#keepFocus()}
        />
      </>
    )
  }
}
