import type { ConversationId, PublicVisitorId } from '@helvino/protocol'
import type { Unavailable } from './results.ts'

export interface Condemned {
  readonly kind: 'condemned'
  /** What nobody sees any more, and what `eraseSome` removes. */
  readonly conversationIds: readonly ConversationId[]
}

/**
 * How what was said is removed for good, in short transactions. What is to go is condemned first, at once as a whole: it then belongs to
 * nobody who could read it or write to it. Its rows follow, some at a time, also after a restart and by whichever server asks.
 */
export interface ErasureRepository {
  /**
   * Condemns all conversations of a visitor, removes their profile, and refuses every token of theirs that was issued before `nowMs`. Whoever
   * comes back with the same secret begins anew.
   */
  condemnVisitor(
    visitorId: PublicVisitorId,
    nowMs: number,
  ): Promise<Condemned | { readonly kind: 'no-visitor' } | Unavailable>
  /** Condemns the conversations, at most `erasureLimits.condemned`, in which nothing was said since `beforeMs`, and what is kept of visitors of whom nothing is left. */
  condemnInactive(beforeMs: number): Promise<Condemned | Unavailable>
  /** Removes about `erasureLimits.rows` rows of what is condemned. */
  eraseSome(): Promise<Erased | Unavailable>
}

export interface Erased {
  readonly kind: 'erased'
  readonly messages: number
  readonly conversations: number
  /** Something condemned is left. */
  readonly hasMore: boolean
}

export const erasureLimits = {
  /** Messages that one transaction removes: a few ms. */
  rows: 500,
  /** Conversations that one transaction condemns. */
  condemned: 50,
} as const
