import type { AgentConversation } from '@helvino/protocol'

/**
 * Nothing was written; or, where the database was lost during its commit and has not come back, nobody knows. Asking again, with the
 * same key, is safe.
 */
export interface Unavailable {
  readonly kind: 'unavailable'
  /** `failing`: the disk refuses to write though it is not full, or the database is away. */
  readonly reason: 'queue-full' | 'storage-full' | 'busy' | 'failing' | 'closing'
}

export type ChangeResult =
  /** `unchanged`: it was so before, and nothing was written. */
  | { readonly kind: 'changed' | 'unchanged'; readonly conversation: AgentConversation }
  | { readonly kind: 'no-conversation' }
  | Unavailable

export type WriteResult = { readonly kind: 'written' } | Unavailable
