/** @jsxImportSource preact */
import type { ChatState } from '@helvino/client'
import { typingLimits } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import { Component } from 'preact'
import type { WidgetApi } from './api.ts'
import { Composer } from './Composer.tsx'
import { type ConnectionStatus, watchConnectionStatus } from './connection-status.ts'
import { Timeline } from './Timeline.tsx'
import { type Words, wordsFor } from './words/words.ts'

export interface AppProps {
  readonly api: WidgetApi
  readonly clock: Clock
  readonly isOpen: boolean
  /** What the page wants spoken, before what the organisation does. */
  readonly locale: string | undefined
  /** See `HelvinoSettings.errorClearMs`. */
  readonly errorClearMs: number
  readonly onClose: () => void
}

function isHistoryShown({ isListed, currentId, threads, conversations }: ChatState): boolean {
  if (!isListed || currentId === undefined) return isListed
  const isEmpty = conversations.some(({ id, latestSequence }) => id === currentId && latestSequence === 0)
  return isEmpty || (threads.get(currentId)?.messages.length ?? 0) > 0
}

function ConnectionBanner({ status, words }: { readonly status: ConnectionStatus; readonly words: Words }) {
  return (
    <div role="status">
      {status && (
        <div class={`connection-status ${status}`}>
          {status === 'refreshing' ? words.connecting : words.connectionIssue}
        </div>
      )}
    </div>
  )
}

interface AppState {
  readonly chat: ChatState
  readonly connectionStatus: ConnectionStatus
  /** Somebody answers at the moment. */
  readonly isAnswering?: boolean
}

/** The panel: everything that the visitor sees but the launcher. A class, as are the parts: Preact's hooks would cost a kilobyte. */
export class App extends Component<AppProps, AppState> {
  override state: AppState = { chat: this.props.api.client.state, connectionStatus: null }
  #stops: (() => void)[] = []
  #cancelAnswering: (() => void) | undefined
  #toldAtMs = -Infinity

  override componentDidMount() {
    const { api, clock, errorClearMs } = this.props
    const { client } = api
    api.onFrame = ({ type }) => {
      if (type === 'typing' || type === 'message') this.#showAnswering(type === 'typing')
    }
    this.#stops = [
      () => this.#cancelAnswering?.(),
      client.subscribe((chat) => this.setState({ chat })),
      watchConnectionStatus({
        clock,
        errorClearMs,
        subscribe: (listener) => client.subscribe(({ delivery }) => listener(delivery)),
        onStatus: (connectionStatus) => this.setState({ connectionStatus }),
      }),
    ]
    void this.initConversation()
  }

  override componentWillUnmount() {
    for (const stop of this.#stops) stop()
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

  /** Takes up the conversation where there is one; one is made by the first message, never by looking. */
  initConversation() {
    return this.props.api.client.start()
  }

  handleSend(text: string) {
    return this.props.api.sendMessage(text)
  }

  override render({ api, isOpen, locale, onClose }: AppProps, { chat, connectionStatus, isAnswering }: AppState) {
    const { client } = api
    const { config, delivery, durability, orgName } = chat
    const { language, words, time } = wordsFor(locale ?? config?.language ?? 'en')
    const title = orgName ?? words.title
    return (
      <section class="panel" role="dialog" aria-label={title} lang={language} hidden={!isOpen}>
        <header class="header">
          <h2>{title}</h2>
          <button class="icon" aria-label={words.close} onClick={onClose}>
            <svg viewBox="0 0 24 24">
              <path d="m6 9 6 6 6-6" />
            </svg>
          </button>
        </header>
        <ConnectionBanner status={connectionStatus} words={words} />
        <Timeline
          words={words}
          time={time}
          items={client.timeline()}
          isHistoryShown={isHistoryShown(chat)}
          isFailing={delivery.isFailing}
          onRetry={(id) => void client.retry(id)}
          onDiscard={(id) => void client.discard(id)}
        />
        {isAnswering && <p class="branding">{words.answering}</p>}
        {durability === 'page' && delivery.isFailing && <p class="branding">{words.unsaved}</p>}
        <Composer
          words={words}
          isOpen={isOpen}
          canWrite={config?.writeEnabled !== false}
          onSend={(text) => this.handleSend(text)}
          draft={api}
          onWrite={() => this.#noteTyping()}
        />
        {config?.branding === true && <p class="branding">{words.branding}</p>}
      </section>
    )
  }
}
