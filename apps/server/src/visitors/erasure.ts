import type { ConversationId, OrgId, PublicVisitorId } from '@helvino/protocol'
import type { Clock, Random } from '@helvino/runtime'
import { refused, type Refused, refusedByStore } from '../conversations/refused.ts'
import type { FanOut } from '../fan-out/contract.ts'
import type { Store, Unavailable } from '../store/contract.ts'

/** Between two transactions, in ms: whoever writes has their turn. */
const pauseMs = 5
/** Conversations that one event names: what servers tell each other is small. */
const namedAtOnce = 100

export interface ErasureOptions {
  readonly store: Store
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly random: Random
}

export interface ErasedCount {
  readonly messages: number
  readonly conversations: number
}

/** What is removed for good, and who is told of it. */
export interface Erasure {
  /**
   * Everything of a visitor. Once it is begun it ends: a server that stops meanwhile leaves the rest to the next sweep. Resolves when all of it
   * is gone from the disk; the visitor's open sockets are closed at the next recheck. `onBegun`: from here on it cannot be undone.
   */
  eraseVisitor(
    orgId: OrgId,
    visitorId: PublicVisitorId,
    onBegun: () => Promise<void>,
  ): Promise<({ readonly kind: 'erased' } & ErasedCount) | Refused>
  /** Conversations in which nothing was said since `beforeMs`, until there is none, or `isStopped` says so between two transactions. */
  eraseInactive(orgId: OrgId, beforeMs: number, isStopped: () => boolean): Promise<ErasedCount | Unavailable>
  /** What is condemned and not erased. */
  eraseRest(orgId: OrgId, isStopped: () => boolean): Promise<ErasedCount | Unavailable>
}

export function createErasure({ store, fanOut, clock, random }: ErasureOptions): Erasure {
  const pause = () => new Promise<void>((resolve) => clock.startTimer(pauseMs, resolve))

  function tell(orgId: OrgId, ids: readonly ConversationId[]): void {
    for (let from = 0; from < ids.length; from += namedAtOnce)
      fanOut.publish({ orgId, gone: ids.slice(from, from + namedAtOnce) })
  }

  async function eraseRest(orgId: OrgId, isStopped: () => boolean): Promise<ErasedCount | Unavailable> {
    const count = { messages: 0, conversations: 0 }
    for (;;) {
      const result = await store.ofOrg(orgId).eraseSome()
      if (result.kind === 'unavailable') return result
      count.messages += result.messages
      count.conversations += result.conversations
      if (!result.hasMore || isStopped()) return count
      await pause()
    }
  }

  return {
    eraseRest,
    async eraseVisitor(orgId, visitorId, onBegun) {
      const condemned = await store.ofOrg(orgId).condemnVisitor(visitorId, clock.nowMs())
      if (condemned.kind === 'unavailable') return refusedByStore(condemned, random)
      if (condemned.kind === 'no-visitor') return refused('not_found')
      tell(orgId, condemned.conversationIds)
      await onBegun()
      const count = await eraseRest(orgId, () => false)
      if ('kind' in count) return refusedByStore(count, random)
      await store.scrub()
      return { kind: 'erased', ...count }
    },
    async eraseInactive(orgId, beforeMs, isStopped) {
      const count = { messages: 0, conversations: 0 }
      for (;;) {
        const condemned = await store.ofOrg(orgId).condemnInactive(beforeMs)
        if (condemned.kind === 'unavailable') return condemned
        if (condemned.conversationIds.length === 0 || isStopped()) return count
        tell(orgId, condemned.conversationIds)
        const erased = await eraseRest(orgId, isStopped)
        if ('kind' in erased) return erased
        count.messages += erased.messages
        count.conversations += erased.conversations
        await pause()
      }
    },
  }
}
