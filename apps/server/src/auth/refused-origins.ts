import type { OrgId } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { Store } from '../store/contract.ts'

/** A window of so long, in ms, takes each origin once, and so many of one org and of all orgs. */
const windowMs = 60_000
const maxPerOrg = 20
const maxInAll = 1_000
/** Longer than any host name with its scheme and port (RFC 1035 section 2.3.4). */
const maxOriginLength = 270

/**
 * Writes down which origins an org refused, so that its owner can allow one; bounded, since anybody can send any origin. Nobody
 * waits for it: the refusal stands whether it is written or not.
 */
export function createRefusedOrigins(store: Store, clock: Clock) {
  let startedAtMs = clock.monotonicMs()
  let inAll = 0
  let seen = new Map<OrgId, Set<string>>()

  return function remember(orgId: OrgId, origin: string): void {
    const nowMs = clock.monotonicMs()
    if (nowMs - startedAtMs >= windowMs) {
      startedAtMs = nowMs
      inAll = 0
      seen = new Map()
    }
    const ofOrg = seen.get(orgId) ?? new Set()
    if (origin.length > maxOriginLength || ofOrg.has(origin) || ofOrg.size >= maxPerOrg || inAll >= maxInAll) return
    seen.set(orgId, ofOrg.add(origin))
    inAll += 1
    // `unavailable` and a failure are left aside: the origin comes again, and the store reports a disk that fails.
    store
      .ofOrg(orgId)
      .rememberRefusedOrigin(origin, clock.nowMs())
      .catch(() => undefined)
  }
}
