import type { ClientMessageId, ConversationId } from '@helvino/protocol'

/**
 * - `queued`: kept, waits for its turn; `attempts` counts the tries that got no answer.
 * - `sending`: a request is under way.
 * - `failed`: refused for good with `code`; stays until retried or discarded by hand.
 */
export type DeliveryState =
  | { readonly state: 'queued'; readonly attempts: number }
  | { readonly state: 'sending'; readonly attempts: number }
  | { readonly state: 'failed'; readonly code: string }

/** A message of our own that the server has not confirmed. */
export interface OutboxEntry {
  /** The message's idempotency key: the same on every try, for ever. */
  readonly id: ClientMessageId
  /** `undefined`: the visitor's own conversation, which may not exist yet. */
  readonly conversationId: ConversationId | undefined
  readonly content: string
  /** Wall clock, ms since the Unix epoch. For people; order is the order of entry. */
  readonly createdAtMs: number
  readonly delivery: DeliveryState
}
