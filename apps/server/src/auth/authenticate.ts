import { decodeVisitorId, type OrgId, type PublicVisitorId, type RefusalCode } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { Org, Store } from '../store/contract.ts'
import { verifyAgentToken } from './agent-token.ts'
import type { KeyRing } from './key-ring.ts'
import { decideOrigin, parseOrigin } from './origin.ts'
import { verifyOrgToken } from './org-token.ts'
import type { Authentication, Credentials, Role } from './principal.ts'
import { createRefusedOrigins } from './refused-origins.ts'
import type { IdentifyVisitor } from './visitor.ts'

/** Every role but the one that asks for nothing. */
export type GuardedRole = Exclude<Role, 'anyone'>

/** The one door for HTTP and the socket. Reads the organisation afresh each time: a switch acts on the next request. */
export type Authenticate = (credentials: Credentials, role: GuardedRole) => Promise<Authentication>

export interface AuthenticateOptions {
  readonly store: Store
  readonly keyRing: KeyRing
  readonly identifyVisitor: IdentifyVisitor
  readonly clock: Clock
  /** The life that tokens are issued with; the verifier takes no longer one. */
  readonly lifetimeSeconds: number
  /** The server's own origins. Asked each time: a free port is known only once the server listens. */
  readonly ownOrigins: () => readonly string[]
}

const refuse = (code: RefusalCode, hint?: string): Authentication => ({
  kind: 'refused',
  code,
  ...(hint === undefined ? {} : { hint }),
})

/** True where the headers beside the token name the org and the visitor that the token names, or nothing. */
function isAgreed(
  identifyVisitor: IdentifyVisitor,
  org: Org,
  visitorId: PublicVisitorId | undefined,
  credentials: Credentials,
): boolean {
  if (credentials.orgKey !== undefined && credentials.orgKey !== org.key) return false
  if (credentials.siteId !== undefined && credentials.siteId !== org.siteId) return false
  if (visitorId === undefined || credentials.visitorId === undefined) return true
  const secret = decodeVisitorId(credentials.visitorId)
  return secret !== undefined && identifyVisitor(org.id, secret).visitorId === visitorId
}

export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  const { store, keyRing, identifyVisitor, clock, lifetimeSeconds, ownOrigins } = options
  const rememberRefusedOrigin = createRefusedOrigins(store, clock)

  /** The refusal where the org is off or does not admit the origin. */
  async function refuseAtDoor(org: Org, { origin, fetchSite }: Credentials): Promise<Authentication | undefined> {
    if (!org.enabled) return refuse('org_disabled')
    const { allowedOrigins } = org
    if (decideOrigin({ origin, fetchSite, allowedOrigins, ownOrigins: ownOrigins() }) === 'allowed') return undefined
    if (origin === undefined || parseOrigin(origin) !== origin) return refuse('origin_not_allowed')
    await rememberRefusedOrigin(org.id, origin)
    return refuse('origin_not_allowed', `Allow ${origin} in the settings of the organisation.`)
  }

  async function asPublic(credentials: Credentials): Promise<Authentication> {
    const { siteId, orgKey } = credentials
    if (siteId === undefined && orgKey === undefined) return refuse('not_found', 'Send x-site-id or x-org-key.')
    const org = await store.findOrg(siteId === undefined ? { key: orgKey ?? '' } : { siteId })
    if (!org) return refuse('not_found')
    return (await refuseAtDoor(org, credentials)) ?? { kind: 'granted', principal: { kind: 'public', org } }
  }

  async function asVisitor(credentials: Credentials): Promise<Authentication> {
    const verified = verifyOrgToken(keyRing, credentials.orgToken, { nowMs: clock.nowMs(), lifetimeSeconds })
    if (verified.kind === 'refused') return refuse(verified.code)
    const { orgId, orgKey, visitorId, issuedAtMs, expiresAtMs } = verified.claims
    const org = await store.findOrg({ id: orgId })
    if (org?.key !== orgKey || !isAgreed(identifyVisitor, org, visitorId, credentials)) return refuse('token_invalid')
    const visitorFromMs = visitorId === undefined ? 0 : await store.ofOrg(orgId).visitorValidFromMs(visitorId)
    if (issuedAtMs < Math.max(org.validFromMs, visitorFromMs)) return refuse('token_invalid')
    const refusal = await refuseAtDoor(org, credentials)
    return refusal ?? { kind: 'granted', principal: { kind: 'visitor', org, visitorId, expiresAtMs } }
  }

  async function asAgent(credentials: Credentials, role: 'agent' | 'admin'): Promise<Authentication> {
    const verified = verifyAgentToken(keyRing, credentials.agentToken, { nowMs: clock.nowMs(), lifetimeSeconds })
    if (verified.kind === 'refused') return refuse(verified.code)
    const { issuedAtMs, ...claims } = verified.claims
    const org = await findAgentOrg(claims.orgId, issuedAtMs)
    if (!org) return refuse('token_invalid')
    if (!org.enabled) return refuse('org_disabled')
    // The inbox is served by this server: a page of any other origin has no business with an agent's token.
    if (credentials.origin !== undefined && !ownOrigins().includes(credentials.origin))
      return refuse('origin_not_allowed', "Set PUBLIC_URL to the address in the browser's address bar.")
    if (role === 'admin' && claims.role !== 'admin') return refuse('role_insufficient')
    return { kind: 'granted', principal: { kind: 'agent', ...claims } }
  }

  async function findAgentOrg(orgId: OrgId, issuedAtMs: number): Promise<Org | undefined> {
    const org = await store.findOrg({ id: orgId })
    return org && issuedAtMs >= org.validFromMs ? org : undefined
  }

  return (credentials, role) => {
    switch (role) {
      case 'public':
        return asPublic(credentials)
      case 'visitor':
        return asVisitor(credentials)
      case 'agent':
      case 'admin':
        return asAgent(credentials, role)
    }
  }
}
