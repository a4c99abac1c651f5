import type { OrgId } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'

const windowMs = 60_000
/** Reports of one organisation in a window: a page sends one a minute at most, and far fewer as a rule. */
export const maxReportsPerWindow = 1_200
/** Organisations counted in one window; what comes from others then waits for the next. */
const maxOrgs = 10_000

/** How many reports an organisation's pages may send; its memory is that of one window. */
export function createReportBudget(clock: Clock) {
  let startedAtMs = clock.monotonicMs()
  let taken = new Map<OrgId, number>()

  /** Takes one; answers 0, or the whole seconds to wait. */
  return function take(orgId: OrgId): number {
    const nowMs = clock.monotonicMs()
    if (nowMs - startedAtMs >= windowMs) {
      startedAtMs = nowMs
      taken = new Map()
    }
    const count = taken.get(orgId) ?? 0
    if (count >= maxReportsPerWindow || (count === 0 && taken.size >= maxOrgs))
      return Math.max(1, Math.ceil((windowMs - (nowMs - startedAtMs)) / 1_000))
    taken.set(orgId, count + 1)
    return 0
  }
}
