import type { ClientMessageId, ConversationId } from '@helvino/protocol'

/**
 * - `queued`: kept, waits for its turn; `attempts` counts the tries that got no answer.
 * - `sending`: a request of this page is under way.
 * - `failed`: refused for good with `code`, or `expired`; stays until retried or discarded by hand.
 *
 * A message that is sent is no entry any more: the server's word for it stands in the thread.
 */
export type DeliveryState =
  | { readonly state: 'queued' | 'sending'; readonly attempts: number }
  | { readonly state: 'failed'; readonly code: string }

/** A message of our own that the server has not confirmed. */
export interface OutboxEntry {
  /** The message's idempotency key: the same on every try, for ever. */
  readonly id: ClientMessageId
  /** `undefined`: the visitor's own conversation, which may not exist yet. */
  readonly conversationId: ConversationId | undefined
  readonly content: string
  /** Wall clock, ms since the Unix epoch. For people, and for the end of its time in the outbox; order is the order of entry. */
  readonly createdAtMs: number
  readonly delivery: DeliveryState
}

/** One that is still to be sent. */
export interface WaitingEntry extends OutboxEntry {
  readonly delivery: Exclude<DeliveryState, { state: 'failed' }>
}
