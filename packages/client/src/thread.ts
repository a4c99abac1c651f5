import { type ClientMessageId, type Message, type MessageId, type Sequence, sequenceZero } from '@helvino/protocol'

/** A message that an older server took without telling its sequence. */
export interface UnsequencedMessage {
  readonly id: MessageId
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
}

export const emptyThread: Thread = { messages: [], unsequenced: [], latestSequence: sequenceZero }

/** Adds messages, in any order and with repeats. The same thread comes back where nothing was new. */
export function withMessages(thread: Thread, incoming: readonly Message[], latestSequence: Sequence): Thread {
  const known = new Set(thread.messages.map((message) => message.sequence))
  const fresh = new Map(
    incoming.filter(({ sequence }) => !known.has(sequence)).map((message) => [message.sequence, message]),
  )
  const greatest = Math.max(thread.latestSequence, latestSequence, ...fresh.keys()) as Sequence
  if (fresh.size === 0 && greatest === thread.latestSequence) return thread
  const messages = [...thread.messages, ...fresh.values()].sort((a, b) => a.sequence - b.sequence)
  return { ...thread, messages, latestSequence: greatest }
}

export const withUnsequenced = (thread: Thread, message: UnsequencedMessage): Thread =>
  thread.unsequenced.some(({ id }) => id === message.id)
    ? thread
    : { ...thread, unsequenced: [...thread.unsequenced, message] }

/** Everything from the first held message up to here is held. What comes after it is asked for on resume. */
export function contiguousSequence({ messages }: Thread): Sequence {
  let reached = messages[0]?.sequence ?? sequenceZero
  for (const { sequence } of messages) if (sequence === reached + 1) reached = sequence
  return reached
}

/** Something is missing between what is held and what the server has told of. */
export const hasGap = (thread: Thread): boolean => contiguousSequence(thread) < thread.latestSequence
