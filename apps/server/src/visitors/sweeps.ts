import type { OrgId } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { Store, Unavailable } from '../store/contract.ts'
import type { ErasedCount, Erasure } from './erasure.ts'

/** After a start the first sweep waits for so long, in ms: whoever was waiting for the server comes first. */
const firstAfterMs = 5_000
/** From the end of one sweep to the next, in ms: a setting in days needs no more. */
const everyMs = 600_000
const dayMs = 86_400_000

export interface SweepsOptions {
  readonly store: Store
  readonly erasure: Pick<Erasure, 'eraseInactive' | 'eraseRest'>
  readonly clock: Clock
  /** Runs it unless another server on the same database is running one. */
  readonly alone: (run: () => Promise<void>) => Promise<void>
  /** Hears of each organisation of which something was removed. */
  readonly onSwept: (swept: { readonly orgId: OrgId } & ErasedCount) => void
  readonly onFailure: (error: unknown) => void
}

export interface Sweeps {
  /** Ends after the transaction that is running. */
  stop(): Promise<void>
}

/** Removes, again and again, what organisations keep no longer, and the rest of deletions that a stopped server has begun. */
export function startSweeps({ store, erasure, clock, alone, onSwept, onFailure }: SweepsOptions): Sweeps {
  let isStopped = false
  let running: Promise<void> = Promise.resolve()
  let cancel = () => {}

  /** `rest` first: what is condemned is nobody's any more. */
  async function sweepOrg(orgId: OrgId): Promise<ErasedCount | Unavailable> {
    const rest = await erasure.eraseRest(orgId, () => isStopped)
    const days = 'kind' in rest ? null : ((await store.findOrg({ id: orgId }))?.config.retentionDays ?? null)
    if ('kind' in rest || days === null) return rest
    const inactive = await erasure.eraseInactive(orgId, clock.nowMs() - days * dayMs, () => isStopped)
    if ('kind' in inactive) return inactive
    return {
      messages: rest.messages + inactive.messages,
      conversations: rest.conversations + inactive.conversations,
    }
  }

  async function sweep(): Promise<void> {
    for (const orgId of await store.listOrgIds()) {
      if (isStopped) return
      const swept = await sweepOrg(orgId)
      // A store that takes no write says so itself; the next sweep goes on.
      if ('kind' in swept) return
      if (swept.conversations + swept.messages === 0) continue
      onSwept({ orgId, ...swept })
    }
    // Whether or not it has erased: somebody may have read the log when an earlier deletion was to be scrubbed from it.
    await store.scrub()
  }

  function sweepAfter(delayMs: number): void {
    cancel = clock.startTimer(delayMs, () => {
      running = alone(sweep)
        .catch(onFailure)
        .finally(() => {
          if (!isStopped) sweepAfter(everyMs)
        })
    })
  }

  sweepAfter(firstAfterMs)
  return {
    stop() {
      isStopped = true
      cancel()
      return running
    },
  }
}
