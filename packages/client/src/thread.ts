import { type ClientMessageId, type Message, type MessagePage, type Sequence, sequenceZero } from '@helvino/protocol'

/** A message that an older server took without telling its sequence. */
export interface UnsequencedMessage {
  readonly clientMessageId: ClientMessageId
  readonly content: string
  readonly timestamp: string | undefined
}

/** What is known of one conversation, in the server's order. Immutable. */
export interface Thread {
  /** Ascending by sequence, each once. May have gaps while something is being fetched. */
  readonly messages: readonly Message[]
  readonly unsequenced: readonly UnsequencedMessage[]
  /** The greatest sequence that the server has told of. */
  readonly latestSequence: Sequence
  /** Everything after this is wanted; `undefined` before the newest page has been fetched. */
  readonly floor: Sequence | undefined
}

export const emptyThread: Thread = { messages: [], unsequenced: [], latestSequence: sequenceZero, floor: undefined }

/**
 * Adds messages, in any order and with repeats. The same thread comes back where nothing was new. Where one has the place of another, the
 * server's store was set back to an older copy: nothing of before is kept.
 */
export function withMessages(thread: Thread, incoming: readonly Message[], latestSequence: Sequence): Thread {
  const known = new Map(thread.messages.map(({ sequence, id }) => [sequence, id]))
  if (incoming.some(({ sequence, id }) => (known.get(sequence) ?? id) !== id))
    return withMessages(emptyThread, incoming, latestSequence)
  const fresh = new Map(
    incoming.filter(({ sequence }) => !known.has(sequence)).map((message) => [message.sequence, message]),
  )
  const greatest = Math.max(thread.latestSequence, latestSequence, ...fresh.keys()) as Sequence
  if (fresh.size === 0 && greatest === thread.latestSequence) return thread
  const messages = [...thread.messages, ...fresh.values()].sort((a, b) => a.sequence - b.sequence)
  // Where a line has told again what lies below the floor, that is held, too.
  const floor = messages.reduceRight(
    (reached, { sequence }) => (sequence === reached ? ((sequence - 1) as Sequence) : reached),
    thread.floor,
  )
  return { ...thread, messages, latestSequence: greatest, floor }
}

export const withUnsequenced = (thread: Thread, message: UnsequencedMessage): Thread =>
  thread.unsequenced.some(({ clientMessageId }) => clientMessageId === message.clientMessageId)
    ? thread
    : { ...thread, unsequenced: [...thread.unsequenced, message] }

/**
 * Adds the newest page. It sets the floor, below which older history lies: just under the oldest message that is held, and where a
 * conversation is still empty under its first, so that a second message which comes before the first is seen as a gap.
 */
export function withNewestPage(thread: Thread, { messages, latestSequence }: MessagePage): Thread {
  const grown = withMessages(thread, messages, latestSequence)
  if (thread.floor !== undefined) return grown
  const oldest = Math.min(grown.messages[0]?.sequence ?? Infinity, messages.length > 0 ? Infinity : latestSequence + 1)
  return { ...grown, floor: (oldest - 1) as Sequence }
}

/** Adds the page below the floor, and lowers it. A page that does not end there is left aside: what is held has changed since it was asked for. */
export function withEarlierPage(thread: Thread, { messages, latestSequence }: MessagePage): Thread {
  const [oldest] = messages
  const isNext = messages.every(({ sequence }, index) => sequence === (thread.floor ?? 0) - messages.length + 1 + index)
  if (!oldest || !isNext || latestSequence < thread.latestSequence) return thread
  return { ...withMessages(thread, messages, latestSequence), floor: (oldest.sequence - 1) as Sequence }
}

/** Everything from the floor up to here is held. What comes after it is asked for on resume. */
export function contiguousSequence({ messages, floor }: Thread): Sequence {
  let reached = floor ?? messages[0]?.sequence ?? sequenceZero
  for (const { sequence } of messages) if (sequence === reached + 1) reached = sequence
  return reached
}

/** Something is missing between what is held and what the server has told of. */
export const hasGap = (thread: Thread): boolean => contiguousSequence(thread) < thread.latestSequence
