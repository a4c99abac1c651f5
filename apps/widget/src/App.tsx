/** @jsxImportSource preact */
import type { ChatState, TokenEvent } from '@helvino/client'
import type { Clock } from '@helvino/runtime'
import { Component, createRef, Fragment, h } from 'preact'
import type { WidgetApi } from './api.ts'
import { Composer } from './Composer.tsx'
import { chooseLanguage, loadWords } from './language.ts'
import type { PanelTerms } from './panel-terms.ts'
import { FirstLines } from './FirstLines.tsx'
import type { View, ViewModule } from './view.ts'
import { panelWords } from './words/en.ts'
import type { PanelWords } from './words/words.ts'

/** File name of the chunk that this panel was built with. */
declare const VIEW_FILE: string

export interface AppProps {
  readonly api: WidgetApi
  readonly terms: PanelTerms
  readonly clock: Clock
  readonly isOpen: boolean
  /** What the page wants spoken, before what the organisation does. */
  readonly locale: string | undefined
  /** See `HelvinoSettings.errorClearMs`. */
  readonly errorClearMs: number
  /** What became of the token, for whoever tells of it. */
  readonly early: readonly TokenEvent[]
  readonly onClose: () => void
  /** Adopts a stylesheet's text. */
  readonly onCss: (css: string) => void
}

// A chunk that did not come is asked for again.
const askAgainMs = 3_000

interface AppState {
  readonly chat: ChatState
  readonly view?: View
  readonly words: PanelWords
  readonly language: string
}

/** The panel: everything that the visitor sees but the launcher. A class, as are the parts: Preact's hooks would cost a kilobyte. */
export class App extends Component<AppProps, AppState> {
  override state: AppState = {
    chat: this.props.api.client.state,
    words: panelWords,
    language: 'en',
  }
  #stops: (() => void)[] = []
  #wanted = 'en'

  override componentDidMount() {
    this.#stops = [this.props.api.client.subscribe((chat) => this.setState({ chat }))]
    void this.initConversation()
    this.#loadView(0)
    this.#speak()
  }

  override componentDidUpdate() {
    this.#speak()
  }

  override componentWillUnmount() {
    for (const stop of this.#stops) stop()
  }

  /** Until it comes, what is said is shown and sent without it. */
  #loadView(attempt: number) {
    const { clock, onCss, terms } = this.props
    import(`${terms.apiUrl}/assets/${VIEW_FILE}${attempt ? `?again=${attempt}` : ''}`).then(
      ({ createView }: ViewModule) => {
        const view = createView({ h, Fragment, Component, createRef })
        onCss(view.css)
        this.setState({ view })
      },
      () => this.#stops.push(clock.startTimer(askAgainMs * 2 ** attempt, () => this.#loadView(attempt + 1))),
    )
  }

  /** In English until the wanted language is there. */
  #speak() {
    const { locale, terms } = this.props
    const language = chooseLanguage(locale ?? this.state.chat.config?.language ?? 'en', navigator.languages)
    if (language === this.#wanted) return
    this.#wanted = language
    const speak = (words: PanelWords) => {
      if (language === this.#wanted) this.setState({ words, language })
    }
    if (language === 'en') speak(panelWords)
    else loadWords(terms.apiUrl, language).then(speak, () => undefined)
  }

  /** Takes up the conversation where there is one; one is made by the first message, never by looking. */
  initConversation() {
    return this.props.api.client.start()
  }

  handleSend(text: string) {
    return this.props.api.sendMessage(text)
  }

  override render({ locale: _, onCss: _onCss, ...props }: AppProps, { chat, view, words, language }: AppState) {
    const { api, clock, isOpen, onClose } = props
    const { config, orgName } = chat
    const given = config?.given
    const title = orgName ?? words.title
    const more = view?.wordsOf(words)
    const headline = view?.headline(given, words, language, clock.nowMs())
    return (
      <section
        class="panel"
        role="dialog"
        aria-label={title}
        lang={language}
        dir={language === 'ar' ? 'rtl' : 'ltr'}
        data-scheme={given?.['colorScheme']}
        hidden={!isOpen}
      >
        <header class="header" data-initial={title.slice(0, 1)}>
          <div>
            <h2>{title}</h2>
            {headline && <p>{headline}</p>}
          </div>
          <button class="icon" aria-label={words.close} onClick={onClose}>
            <svg viewBox="0 0 24 24">
              <path d="m6 9 6 6 6-6" />
            </svg>
          </button>
        </header>
        {view ? (
          <view.Conversation {...props} {...{ words, language }} />
        ) : (
          <FirstLines {...{ chat, words }} items={api.client.timeline()} />
        )}
        <Composer
          words={words}
          isOpen={isOpen}
          canWrite={config?.writeEnabled !== false}
          writesOff={more?.writesOff}
          noticeOf={(result) => view?.noticeOf(result, words) ?? words.failed}
          onSend={(text) => this.handleSend(text)}
          draft={api}
        />
        {config?.branding === true && <p class="branding">{more?.branding}</p>}
      </section>
    )
  }
}
