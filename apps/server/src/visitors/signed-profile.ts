import type { PublicVisitorId } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { SignedClaims } from '../auth/signed-identity.ts'
import type { VisitorPrincipal } from '../conversations/participant.ts'
import type { Store } from '../store/contract.ts'
import { browserName } from './browser-name.ts'
import { decodeProfile } from './decode-profile.ts'
import type { Visitors } from './visitors.ts'

/** A window of so long, in ms, looks at the same claims of a user once, and at so many in all. */
const windowMs = 60_000
const maxInAll = 5_000

/** Keeps the name and the address that the site's server has signed as its user's profile. Nobody waits for it. */
export type KeepSignedProfile = (
  org: VisitorPrincipal['org'],
  visitorId: PublicVisitorId,
  claims: SignedClaims,
  userAgent: string | undefined,
) => void

/** Each by itself: an address that is none takes no name along, and what is left out stays as it is. */
function changeOf({ name, email }: SignedClaims) {
  const [named, reached] = [decodeProfile({ name }), decodeProfile({ email })]
  return { ...(named.kind === 'ok' && named.change), ...(reached.kind === 'ok' && reached.change) }
}

export function createKeepSignedProfile(
  store: Store,
  { changeProfile }: Pick<Visitors, 'changeProfile'>,
  clock: Clock,
): KeepSignedProfile {
  let startedAtMs = clock.monotonicMs()
  let seen = new Set<string>()

  async function keep(...[org, visitorId, claims, userAgent]: Parameters<KeepSignedProfile>): Promise<boolean> {
    const change = changeOf(claims)
    const before = await store.ofOrg(org.id).findProfile(visitorId)
    const { name = before?.name, email = before?.email } = change
    // A page renews every few minutes: what is known already is not written again.
    if (name === before?.name && email === before?.email) return true
    const kept = await changeProfile({ org, visitorId }, { ...change, browser: browserName(userAgent) })
    return kept.kind === 'kept'
  }

  return (org, visitorId, claims, userAgent) => {
    if (claims.name === undefined && claims.email === undefined) return
    const nowMs = clock.monotonicMs()
    if (nowMs - startedAtMs >= windowMs) {
      startedAtMs = nowMs
      seen = new Set()
    }
    const key = JSON.stringify([org.id, visitorId, claims.name, claims.email])
    if (seen.has(key) || seen.size >= maxInAll) return
    seen.add(key)
    // What came too soon after another word of the page, or to a store that fails, is kept by a later call.
    keep(org, visitorId, claims, userAgent).then(
      (isKept) => {
        if (!isKept) seen.delete(key)
      },
      () => seen.delete(key),
    )
  }
}
