import { type AgentRole, decodeVisitorId, isAtLeast, type PublicVisitorId, type RefusalCode } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { KnownCaller } from '../admission/admission.ts'
import type { Org, Store } from '../store/contract.ts'
import { verifyAgentToken } from './agent-token.ts'
import type { KeyRing } from './key-ring.ts'
import { createFindPublicId, type FindPublicId } from './known-visitors.ts'
import { decideOrigin, parseOrigin } from './origin.ts'
import { verifyOrgToken } from './org-token.ts'
import type { Authentication, Credentials, FindAgentRole, Principal, Role } from './principal.ts'
import { createFindPublicOrg } from './public-orgs.ts'
import { createRefusedOrigins } from './refused-origins.ts'
import { VerifiedTokens } from './verified-tokens.ts'
import type { IdentifyVisitor } from './visitor.ts'

/** Every role but the one that asks for nothing. */
export type GuardedRole = Exclude<Role, 'anyone'>

/** The one door for HTTP and the socket. A switch acts on the next request, one that another process has made within a second. */
export type Authenticate = (credentials: Credentials, role: GuardedRole, admit?: Admit) => Promise<Authentication>

/**
 * Asked once it is certain who comes, and before anything is read for them: 0, or the whole seconds after which they may come again. Of a public
 * caller that is after the organisation was found.
 */
export type Admit = (caller: KnownCaller) => number

/** Where a request or a socket comes from. */
export type CallerPlace = Pick<Credentials, 'origin' | 'fetchSite'>

/** Whom a token still admits, and from where, may change while it lives: why this one's holder may not go on, or `undefined`. */
export type Recheck = (
  principal: Exclude<Principal, { kind: 'public' }>,
  place: CallerPlace,
) => Promise<RefusalCode | undefined>

export interface AuthenticateOptions {
  readonly store: Store
  readonly keyRing: KeyRing
  readonly identifyVisitor: IdentifyVisitor
  readonly findAgentRole: FindAgentRole
  readonly clock: Clock
  /** The life that tokens are issued with; the verifier takes no longer one. */
  readonly lifetimeSeconds: number
  /** The server's own origins. Asked each time: a free port is known only once the server listens. */
  readonly ownOrigins: () => readonly string[]
}

type RefusedOrg = Pick<Org, 'id' | 'key'>

const refuse = (code: RefusalCode, hint?: string, org?: RefusedOrg): Authentication => ({
  kind: 'refused',
  code,
  ...(hint === undefined ? {} : { hint }),
  ...(org && { org: { id: org.id, key: org.key } }),
})

const tooMany = (retryAfterSeconds: number): Authentication => ({
  kind: 'refused',
  code: 'rate_limited',
  retryAfterSeconds,
})

const admitEverybody: Admit = () => 0

/** True where the headers beside the token name the org and the visitor that the token names, or nothing. */
function isAgreed(
  findPublicId: FindPublicId,
  org: Org,
  visitorId: PublicVisitorId | undefined,
  credentials: Credentials,
): boolean {
  if (credentials.orgKey !== undefined && credentials.orgKey !== org.key) return false
  if (credentials.siteId !== undefined && credentials.siteId !== org.siteId) return false
  if (visitorId === undefined || credentials.visitorId === undefined) return true
  const secret = decodeVisitorId(credentials.visitorId)
  return secret !== undefined && findPublicId(org.id, secret) === visitorId
}

type AgentPrincipal = Extract<Principal, { kind: 'agent' }>

/** Why a visitor's token does not hold though we signed it, or `undefined`. A widget that is switched off is there for no visitor. */
function visitorRefusal(org: Org, visitorValidFromMs: number, issuedAtMs: number): RefusalCode | undefined {
  if (issuedAtMs < Math.max(org.validFromMs, visitorValidFromMs)) return 'token_invalid'
  return org.enabled && org.config.widgetEnabled ? undefined : 'org_disabled'
}

const switchedOffHint = (org: Org): string | undefined =>
  org.enabled ? 'The chat is switched off in the settings of the organisation.' : undefined

/** The agent's role, read afresh each time, or why they have none. */
const createFindAgentStanding =
  ({ store, findAgentRole, clock }: AuthenticateOptions) =>
  async ({
    orgId,
    userId,
    sessionId,
    issuedAtMs,
  }: Omit<AgentPrincipal, 'kind' | 'role'>): Promise<{ readonly role: AgentRole } | { readonly code: RefusalCode }> => {
    const org = await store.findOrg({ id: orgId })
    const role = await findAgentRole({ orgId, userId, sessionId, nowMs: clock.nowMs() })
    if (!org || issuedAtMs < org.validFromMs || role === undefined) return { code: 'token_invalid' }
    return org.enabled ? { role } : { code: 'org_disabled' }
  }

const isAdmitted = ({ allowedOrigins }: Org, { origin, fetchSite }: CallerPlace, ownOrigins: readonly string[]) =>
  decideOrigin({ origin, fetchSite, allowedOrigins, ownOrigins }) === 'allowed'

export function createRecheck(options: AuthenticateOptions): Recheck {
  const { store, ownOrigins } = options
  const findAgentStanding = createFindAgentStanding(options)
  return async (principal, place) => {
    if (principal.kind === 'agent') {
      const standing = await findAgentStanding(principal)
      return 'code' in standing ? standing.code : undefined
    }
    // Asked of a socket every few seconds, and so of the database itself.
    const { org: before, visitorId, issuedAtMs } = principal
    const org = await store.findOrg({ id: before.id })
    if (org?.key !== before.key) return 'token_invalid'
    const visitorFromMs = visitorId === undefined ? 0 : await store.ofOrg(before.id).visitorValidFromMs(visitorId)
    const code = visitorRefusal(org, visitorFromMs, issuedAtMs)
    return code ?? (isAdmitted(org, place, ownOrigins()) ? undefined : 'origin_not_allowed')
  }
}

/** The refusal where the org is off or does not admit the origin. */
function createRefuseAtDoor({ store, clock, ownOrigins }: AuthenticateOptions) {
  const rememberRefusedOrigin = createRefusedOrigins(store, clock)
  return (org: Org, credentials: Credentials): Authentication | undefined => {
    if (!org.enabled) return refuse('org_disabled', undefined, org)
    if (isAdmitted(org, credentials, ownOrigins())) return undefined
    const { origin } = credentials
    if (origin === undefined || parseOrigin(origin) !== origin) return refuse('origin_not_allowed', undefined, org)
    rememberRefusedOrigin(org.id, origin)
    return refuse('origin_not_allowed', `Allow ${origin} in the settings of the organisation.`, org)
  }
}

export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  const { store, keyRing, identifyVisitor, clock, lifetimeSeconds, ownOrigins } = options
  const findAgentStanding = createFindAgentStanding(options)
  const verifiedTokens = new VerifiedTokens()
  const verifiedAgentTokens = new VerifiedTokens()
  const findPublicId = createFindPublicId(identifyVisitor)
  const findPublicOrg = createFindPublicOrg(store)
  const refuseAtDoor = createRefuseAtDoor(options)

  async function asPublic(credentials: Credentials, admit: Admit): Promise<Authentication> {
    const { siteId, orgKey } = credentials
    const name = siteId === undefined ? orgKey !== undefined && { key: orgKey } : { siteId }
    if (!name) return refuse('not_found', 'Send x-site-id or x-org-key.')
    const org = await findPublicOrg(name)
    if (!org) return refuse('not_found')
    const waitSeconds = admit({ kind: 'public', orgId: org.id })
    if (waitSeconds > 0) return tooMany(waitSeconds)
    return refuseAtDoor(org, credentials) ?? { kind: 'granted', principal: { kind: 'public', org } }
  }

  async function asVisitor(credentials: Credentials, admit: Admit): Promise<Authentication> {
    const rules = { nowMs: clock.nowMs(), lifetimeSeconds }
    const verified = verifyOrgToken(keyRing, credentials.orgToken, rules, verifiedTokens)
    const signed = 'claims' in verified ? { id: verified.claims.orgId, key: verified.claims.orgKey } : undefined
    if (verified.kind === 'refused') return refuse(verified.code, undefined, signed)
    const { orgId, orgKey, visitorId, ...times } = verified.claims
    const waitSeconds = admit({ kind: 'visitor', orgId, visitorId })
    if (waitSeconds > 0) return tooMany(waitSeconds)
    const { org, visitorValidFromMs } = await store.standingOf(orgId, visitorId)
    if (org?.key !== orgKey || !isAgreed(findPublicId, org, visitorId, credentials))
      return refuse('token_invalid', undefined, signed)
    const code = visitorRefusal(org, visitorValidFromMs, times.issuedAtMs)
    if (code !== undefined) return refuse(code, code === 'org_disabled' ? switchedOffHint(org) : undefined, signed)
    const refusal = refuseAtDoor(org, credentials)
    return refusal ?? { kind: 'granted', principal: { kind: 'visitor', org, visitorId, ...times } }
  }

  async function asAgent(credentials: Credentials, role: AgentRole, admit: Admit): Promise<Authentication> {
    const rules = { nowMs: clock.nowMs(), lifetimeSeconds }
    const verified = verifyAgentToken(keyRing, credentials.agentToken, rules, verifiedAgentTokens)
    if (verified.kind === 'refused') return refuse(verified.code)
    const { orgId, userId } = verified.claims
    const waitSeconds = admit({ kind: 'agent', orgId, userId })
    if (waitSeconds > 0) return tooMany(waitSeconds)
    const standing = await findAgentStanding(verified.claims)
    if ('code' in standing) return refuse(standing.code)
    // The inbox is served by this server: a page of any other origin has no business with an agent's token.
    if (credentials.origin !== undefined && !ownOrigins().includes(credentials.origin))
      return refuse('origin_not_allowed', "Set PUBLIC_URL to the address in the browser's address bar.")
    if (!isAtLeast(standing.role, role)) return refuse('role_insufficient')
    return { kind: 'granted', principal: { kind: 'agent', ...verified.claims, ...standing } }
  }

  return (credentials, role, admit = admitEverybody) => {
    switch (role) {
      case 'public':
        return asPublic(credentials, admit)
      case 'visitor':
        return asVisitor(credentials, admit)
      case 'agent':
      case 'admin':
      case 'owner':
        return asAgent(credentials, role, admit)
    }
  }
}
