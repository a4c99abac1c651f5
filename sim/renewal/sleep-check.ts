import type { Machine } from './machine.ts'
import type { Slot } from './slot.ts'

/** After waking: a page looks at its token twice a minute, and waits no longer than 10 s for another tab. */
export const noticedWithinMs = 45_000

/** `machine` woke up so long ago: a tab that holds has noticed by now that its token ran out meanwhile, though no timer could tell it. */
export function checkNoticed(slots: readonly Slot[], machine: Machine): void {
  for (const { page, group } of slots) {
    if (!page || group.terms.machine !== machine) continue
    const { watch, renewer } = page
    const sinceMs = group.nowMs - Math.max(watch.evenSinceMs, watch.heldSinceMs, machine.steppedAtMs)
    const hasRun = watch.isAwake && !watch.isThrottled && sinceMs >= noticedWithinMs
    const { phase, waitMs } = renewer.snapshot()
    if (hasRun && watch.holders > 0 && phase === 'resting' && waitMs < -noticedWithinMs)
      watch.violate('I6', `has not noticed for ${-waitMs} ms that its token is to be renewed`)
  }
}
