/** @jsxImportSource preact */
import { textParts } from '@helvino/client'
import type { ClientMessageId } from '@helvino/protocol'
import { Component } from 'preact'
import type { PlacedItem } from './message-groups.ts'
import { noteOf } from './message-note.ts'
import { isOwn, saidIn, stateOf } from './message-state.ts'
import type { Words } from './words/words.ts'

export interface LineProps {
  readonly words: Words
  /** Who speaks for the organisation. */
  readonly sender: string
  /** Tells the time of a message. */
  readonly time: Intl.DateTimeFormat
  readonly place: PlacedItem
  readonly isFailing: boolean
  /** The last of the visitor's own that the team has read. */
  readonly isSeen: boolean
  readonly onRetry: (id: ClientMessageId) => void
  readonly onDiscard: (id: ClientMessageId) => void
}

/** Absent on an insecure page. */
const clipboard = (navigator as Partial<Navigator>).clipboard

// Refused in some frames: there the text can still be marked and copied by hand.
const copy = (text: string) => void clipboard?.writeText(text).catch(() => undefined)

const hrefOf = (address: string) => (URL.canParse(address) ? new URL(address).href : undefined)

/** What was said, as text: nothing in it is ever taken for markup. */
const Said = ({ text }: { readonly text: string }) => (
  <p dir="auto">
    {textParts(text, hrefOf).map((part) =>
      part.href === undefined ? (
        part.text
      ) : (
        <a href={part.href} target="_blank" rel="noopener noreferrer">
          {part.text}
        </a>
      ),
    )}
  </p>
)

/** One message, with how far it is. */
export class Line extends Component<LineProps> {
  /** A thousand lines stand still while one is sent. */
  override shouldComponentUpdate({ place: next, ...rest }: LineProps) {
    const { place, words, isFailing, isSeen } = this.props
    // What was said is a new object where it changed, and only what is on its way fails.
    return (
      saidIn(next.item) !== saidIn(place.item) ||
      next.isFirst !== place.isFirst ||
      next.isLast !== place.isLast ||
      rest.words !== words ||
      rest.isSeen !== isSeen ||
      (rest.isFailing !== isFailing && place.item.kind === 'pending')
    )
  }

  /** The time and, of a message of one's own, how far it is: once for a group, but for what is not sent and where the team's reading ends. */
  #note() {
    const { place, words, time, isFailing, isSeen } = this.props
    const { item, atMs, isLast } = place
    const isSent = stateOf(item, isFailing) === 'sent'
    if (isSent && !isLast && !isSeen) return ''
    const note = isSeen ? words.seen : isOwn(item) ? noteOf(item, isFailing, words) : ''
    return [note, isSent && atMs !== undefined ? time.format(atMs) : ''].filter((part) => part !== '').join(' · ')
  }

  override render({ place, words, sender, isFailing, onRetry, onDiscard }: LineProps) {
    const { item, isFirst, isLast } = place
    const own = isOwn(item)
    const state = stateOf(item, isFailing)
    const id = item.kind === 'pending' ? item.entry.id : undefined
    const note = this.#note()
    return (
      <div class={`message${own ? ` own ${state}` : ''}${isFirst ? ' first' : ''}${isLast ? ' last' : ''}`}>
        <span class={own || !isFirst ? 'unseen' : 'sender'}>
          {own ? words.you : sender}
          <span class="unseen">: </span>
        </span>
        <Said text={saidIn(item).content} />
        {note !== '' && (
          <div class="note">
            <span>{note}</span>
            {id && state === 'failed' && (
              <>
                <button onClick={() => onRetry(id)}>{words.retry}</button>
                <button onClick={() => onDiscard(id)}>{words.discard}</button>
                {clipboard && <button onClick={() => copy(saidIn(item).content)}>{words.copy}</button>}
              </>
            )}
          </div>
        )}
      </div>
    )
  }
}
