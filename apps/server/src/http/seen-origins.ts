import type { OrgId } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import { parseOrigin } from '../auth/origin.ts'
import type { Store } from '../store/contract.ts'

/** A window of so long, in ms, writes each origin of an org once, and so many in all. */
const windowMs = 60_000
const maxInAll = 5_000
/** Longer than any host name with its scheme and port (RFC 1035 section 2.3.4). */
const maxOriginLength = 270

/** Notes that a page of that origin has loaded the widget. Nobody waits for it. */
export type NoteSeenOrigin = (orgId: OrgId, origin: string | undefined) => void

/** One write in a minute for each org and origin, however many pages are loaded. */
export function createNoteSeenOrigin(store: Store, clock: Clock): NoteSeenOrigin {
  let startedAtMs = clock.monotonicMs()
  let seen = new Set<string>()
  return (orgId, origin) => {
    // A page of this server names none, and neither does what is no browser.
    if (origin === undefined || origin.length > maxOriginLength) return
    const nowMs = clock.monotonicMs()
    if (nowMs - startedAtMs >= windowMs) {
      startedAtMs = nowMs
      seen = new Set()
    }
    // No id holds a space.
    const name = `${orgId} ${origin}`
    if (seen.has(name) || seen.size >= maxInAll || parseOrigin(origin) !== origin) return
    seen.add(name)
    // `unavailable` and a failure are left aside: the next page load comes, and the store reports a disk that fails.
    store
      .ofOrg(orgId)
      .noteSeenOrigin(origin, clock.nowMs())
      .catch(() => undefined)
  }
}
