/** @jsxImportSource preact */
import type { TimelineItem } from '@helvino/client'
import type { ClientMessageId } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import { Component, type ComponentChild, createRef } from 'preact'
import { dayName } from './day-name.ts'
import { Line } from './Line.tsx'
import { placed } from './message-groups.ts'
import { isOwn } from './message-state.ts'
import type { Words } from './words/words.ts'

export interface LogProps {
  readonly words: Words
  readonly language: string
  readonly clock: Clock
  readonly items: readonly TimelineItem[]
  /** Who speaks for the organisation. */
  readonly sender: string
  /** Stands where nothing was said yet. */
  readonly greeting: ComponentChild
  /** What was said before is on screen: from here on, whatever comes is news. */
  readonly isHistoryShown: boolean
  readonly isFailing: boolean
  readonly isOpen: boolean
  /** There is more before the first message here. */
  readonly hasEarlier: boolean
  readonly isLoadingEarlier: boolean | undefined
  /** Asks for it. */
  readonly onEarlier: () => void
  /** How far the team has read. */
  readonly readSequence: number
  readonly onRetry: (id: ClientMessageId) => void
  readonly onDiscard: (id: ClientMessageId) => void
}

interface LogState {
  readonly isLive: boolean
  /** Something has come below what the reader sees. */
  readonly hasNews: boolean
}

// A reader who has scrolled back further than this is left where they are.
const nearEndPixels = 80

/** The last message of the visitor's own that the team has read. */
const lastSeen = (items: readonly TimelineItem[], readSequence: number): TimelineItem | undefined =>
  items.findLast((item) => item.kind === 'confirmed' && isOwn(item) && item.message.sequence <= readSequence)

/** What was said. A log that reads out messages as they come, and not the history that it begins with. */
export class Log extends Component<LogProps, LogState> {
  override state: LogState = { isLive: false, hasNews: false }
  readonly #log = createRef<HTMLDivElement>()
  #isAtEnd = true
  #isNearStart = false
  #top = 0
  #first: string | undefined
  #last: string | undefined
  #height = 0
  #language = ''
  #time: Intl.DateTimeFormat | undefined
  readonly #sizes = new ResizeObserver(() => this.#stay())

  override componentDidMount() {
    if (this.#log.current) this.#sizes.observe(this.#log.current)
    this.#follow()
  }

  override componentDidUpdate() {
    this.#follow()
  }

  override componentWillUnmount() {
    this.#sizes.disconnect()
  }

  /** At the end, where the reader is there: also when a keyboard takes half of the screen. */
  #stay() {
    const log = this.#log.current
    if (!log) return
    if (this.#isAtEnd) log.scrollTop = log.scrollHeight
    this.#top = log.scrollTop
  }

  #follow() {
    const { items, isHistoryShown } = this.props
    const log = this.#log.current
    if (!log) return
    // A render later than the history, which would be read out otherwise.
    if (isHistoryShown && !this.state.isLive) this.setState({ isLive: true })
    const first = items[0]?.key
    const last = items.at(-1)
    if (last && last.key !== this.#last) {
      if (isOwn(last)) this.#isAtEnd = true
      else if (!this.#isAtEnd) this.setState({ hasNews: true })
    }
    // What was said earlier has come: the reader keeps the line that they are at.
    if (this.#first !== undefined && first !== this.#first && !this.#isAtEnd)
      log.scrollTop += log.scrollHeight - this.#height
    this.#first = first
    this.#last = last?.key
    this.#height = log.scrollHeight
    this.#stay()
  }

  #onScroll(log: HTMLDivElement) {
    const isNearEnd = log.scrollHeight - log.scrollTop - log.clientHeight < nearEndPixels
    // Away from the end by scrolling up alone: what has come since the browser was told to scroll there is no wish of the reader's.
    this.#isAtEnd = isNearEnd || (this.#isAtEnd && log.scrollTop >= this.#top)
    this.#top = log.scrollTop
    if (this.#isAtEnd && this.state.hasNews) this.setState({ hasNews: false })
    const wasNearStart = this.#isNearStart
    this.#isNearStart = log.scrollTop < nearEndPixels && !this.#isAtEnd
    // Once for each time that the reader comes there, or a server that says no is asked with each pixel.
    if (this.#isNearStart && !wasNearStart && this.props.hasEarlier) this.props.onEarlier()
  }

  #goToEnd() {
    this.#isAtEnd = true
    this.#stay()
    this.#log.current?.focus()
    this.setState({ hasNews: false })
  }

  /** One for all lines: making one takes longer than drawing a line. */
  #timeIn(language: string) {
    if (language !== this.#language) this.#time = undefined
    this.#language = language
    return (this.#time ??= new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit' }))
  }

  override render(props: LogProps, { isLive, hasNews }: LogState) {
    const { words, language, clock, items, sender, greeting, isFailing, onRetry, onDiscard } = props
    const { hasEarlier, isLoadingEarlier, onEarlier, readSequence } = props
    const seen = lastSeen(items, readSequence)
    const time = this.#timeIn(language)
    // The button that had the focus goes with the message.
    const focused = (act: (id: ClientMessageId) => void) => (id: ClientMessageId) => {
      act(id)
      this.#log.current?.focus()
    }
    const acts = { onRetry: focused(onRetry), onDiscard: focused(onDiscard) }
    return (
      <div class="room">
        <div
          ref={this.#log}
          class="timeline"
          role="log"
          aria-label={words.log}
          // What was said earlier is no news, and not read out.
          aria-live={isLive && !isLoadingEarlier ? 'polite' : 'off'}
          aria-relevant="additions"
          tabIndex={0}
          onScroll={({ currentTarget }) => this.#onScroll(currentTarget)}
        >
          {items.length === 0 && greeting}
          {hasEarlier && (
            <button
              class="earlier"
              onClick={() => {
                // The button may go with what it loads.
                this.#log.current?.focus({ preventScroll: true })
                onEarlier()
              }}
            >
              {isLoadingEarlier ? words.earlier : words.showEarlier}
            </button>
          )}
          {placed(items).map((place) => [
            place.isDayFirst && place.atMs !== undefined && (
              <div key={`${place.item.key} day`} class="day">
                {dayName(place.atMs, clock.nowMs(), language)}
              </div>
            ),
            <Line
              key={place.item.key}
              {...{ words, sender, time, isFailing, place, ...acts }}
              isSeen={place.item === seen}
            />,
          ])}
        </div>
        {hasNews && (
          <button class="pill" onClick={() => this.#goToEnd()}>
            {words.newMessages}
          </button>
        )}
      </div>
    )
  }
}
