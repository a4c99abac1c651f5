/** @jsxImportSource preact */
import type { TimelineItem } from '@helvino/client'
import type { ClientMessageId } from '@helvino/protocol'
import { Component, createRef } from 'preact'
import { noteOf, stateOf } from './message-note.ts'
import type { Words } from './words/words.ts'

export interface TimelineProps {
  readonly words: Words
  /** Tells the time of a message. */
  readonly time: Intl.DateTimeFormat
  readonly items: readonly TimelineItem[]
  /** What was said before is on screen: from here on, whatever comes is news. */
  readonly isHistoryShown: boolean
  readonly isFailing: boolean
  readonly onRetry: (id: ClientMessageId) => void
  readonly onDiscard: (id: ClientMessageId) => void
}

// A reader who has scrolled back further than this is left where they are.
const nearEndPixels = 80

const saidIn = (item: TimelineItem) => (item.kind === 'pending' ? item.entry : item.message)

const isOwn = (item: TimelineItem): boolean => item.kind !== 'confirmed' || item.message.role === 'user'

function timeOf(item: TimelineItem, time: Intl.DateTimeFormat): string {
  const timestamp = item.kind === 'pending' ? undefined : item.message.timestamp
  const ms = Date.parse(timestamp ?? '')
  return Number.isNaN(ms) ? '' : time.format(ms)
}

/** Absent on an insecure page. */
const clipboard = (navigator as Partial<Navigator>).clipboard

// Refused in some frames: there the text can still be marked and copied by hand.
const copy = (text: string) => void clipboard?.writeText(text).catch(() => undefined)

type LineProps = Omit<TimelineProps, 'items' | 'isHistoryShown'> & { readonly item: TimelineItem }

class Line extends Component<LineProps> {
  /** A thousand lines stand still while one is sent. */
  override shouldComponentUpdate(next: LineProps) {
    const { item, words, isFailing } = this.props
    // What was said is a new object where it changed, and only what is on its way fails.
    return (
      saidIn(next.item) !== saidIn(item) ||
      next.words !== words ||
      (next.isFailing !== isFailing && item.kind === 'pending')
    )
  }

  override render({ item, words, time, isFailing, onRetry, onDiscard }: LineProps) {
    const own = isOwn(item)
    const state = stateOf(item, isFailing)
    const id = item.kind === 'pending' ? item.entry.id : undefined
    const note = own ? noteOf(item, isFailing, words) : ''
    return (
      <div class={`message${own ? ` own ${state}` : ''}`}>
        <span class="unseen">{own ? words.you : words.them}: </span>
        <p dir="auto">{saidIn(item).content}</p>
        <div class="note">
          <span>{[note, timeOf(item, time)].filter((part) => part !== '').join(' · ')}</span>
          {id && state === 'failed' && (
            <>
              <button onClick={() => onRetry(id)}>{words.retry}</button>
              <button onClick={() => onDiscard(id)}>{words.discard}</button>
              {clipboard && <button onClick={() => copy(saidIn(item).content)}>{words.copy}</button>}
            </>
          )}
        </div>
      </div>
    )
  }
}

interface TimelineState {
  readonly isLive: boolean
}

/** What was said. A log that reads out messages as they come, and not the history that it begins with. */
export class Timeline extends Component<TimelineProps, TimelineState> {
  override state: TimelineState = { isLive: false }
  readonly #log = createRef<HTMLDivElement>()
  #isAtEnd = true
  #newestOwn: string | undefined

  override componentDidMount() {
    this.#follow()
  }

  override componentDidUpdate() {
    this.#follow()
  }

  #follow() {
    const { items, isHistoryShown } = this.props
    // A render later than the history, which would be read out otherwise.
    if (isHistoryShown && !this.state.isLive) this.setState({ isLive: true })
    const last = items.at(-1)
    const newestOwn = last && isOwn(last) ? last.key : this.#newestOwn
    if (newestOwn !== this.#newestOwn) this.#isAtEnd = true
    this.#newestOwn = newestOwn
    const log = this.#log.current
    if (log && this.#isAtEnd) log.scrollTop = log.scrollHeight
  }

  override render({ items, isHistoryShown: _, ...rest }: TimelineProps, { isLive }: TimelineState) {
    const { words } = rest
    return (
      <div
        ref={this.#log}
        class="timeline"
        role="log"
        aria-label={words.log}
        aria-live={isLive ? 'polite' : 'off'}
        aria-relevant="additions"
        tabIndex={0}
        onScroll={({ currentTarget: log }) => {
          this.#isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < nearEndPixels
        }}
      >
        {items.length === 0 && (
          <div class="greeting">
            <strong>{words.greeting}</strong>
            <p>{words.greetingDetail}</p>
          </div>
        )}
        {items.map((item) => (
          <Line key={item.key} item={item} {...rest} />
        ))}
      </div>
    )
  }
}
