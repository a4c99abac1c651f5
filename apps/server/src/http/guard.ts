import type { IncomingMessage } from 'node:http'
import type { Clock } from '@helvino/runtime'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Agents } from '../auth/agents.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import type { Principal } from '../auth/principal.ts'
import { isOverdue } from '../auth/session-life.ts'
import { isForeignSite, isLoginSafe, type RequestPlace } from './cookie-guard.ts'
import { type LimitOptions, limitOfRoute, refuseUnknown, type RouteLimit, type TurnedAway } from './limited-routes.ts'
import { refuse } from './refuse.ts'
import { readCredentials, readVisitorHeader } from './request-state.ts'
import { roleOfRoute, type RouteRole } from './route-table.ts'

export interface GuardOptions extends LimitOptions {
  readonly authenticate: Authenticate
  readonly agents: Pick<Agents, 'findSession'>
  readonly publicUrl: string | undefined
  readonly ownOrigins: () => readonly string[]
}

function placeOf(request: FastifyRequest): RequestPlace {
  const { origin, fetchSite } = readCredentials(request)
  return { origin, fetchSite, host: request.headers.host }
}

/** Refuses, for the routes around the login cookie, a foreign site and a connection on which a password would be readable. */
export function refuseUnsafePlace(request: FastifyRequest, reply: FastifyReply, options: GuardOptions): boolean {
  const place = placeOf(request)
  if (!isLoginSafe(place, options.publicUrl)) {
    refuse(reply, 'login_insecure', {
      message: 'Logging in works over https, or on the machine that Helvino runs on.',
      hint: 'Put a proxy with https in front and set PUBLIC_URL to its address, or open this page as http://localhost.',
    })
    return true
  }
  if (!isForeignSite(place, options.ownOrigins())) return false
  refuse(reply, 'origin_not_allowed', { message: 'The login is used from pages of this server only.' })
  return true
}

export type CheckedRequest = Pick<IncomingMessage, 'method' | 'headers' | 'socket'>

/** What a route asks of its caller. */
export interface RouteTerms {
  readonly role: Exclude<RouteRole, 'session'>
  readonly limit: RouteLimit
}

/**
 * The one place in which a request's caller is checked, before its body is read: what is counted by address, then who it is, and as soon as that is
 * certain what is counted by caller. Gives the principal, `undefined` for what is for anyone, or why it goes no further.
 */
export function createCheck(options: GuardOptions) {
  const { admission, authenticate, findAddress } = options
  return async function check(
    request: CheckedRequest,
    { role, limit }: RouteTerms,
  ): Promise<Principal | TurnedAway | undefined> {
    const refusal = refuseUnknown(admission, limit.unknown, () => findAddress(request))
    if (refusal) return refusal
    if (role === 'anyone') return undefined
    if (readVisitorHeader(request).kind === 'malformed') return { kind: 'turned-away', code: 'visitor_invalid' }
    const credentials = readCredentials(request)
    const authentication = await authenticate(credentials, role, (caller) =>
      admission.takeKnown(caller, limit.known ?? 'call'),
    )
    if (authentication.kind === 'granted') return authentication.principal
    const { code, hint, retryAfterSeconds } = authentication
    // Of a public caller no token was verified: what stands there may be anything, and as long as a header is.
    const token = {
      visitor: credentials.orgToken,
      agent: credentials.agentToken,
      admin: credentials.agentToken,
      owner: credentials.agentToken,
      public: undefined,
    }[role]
    if (retryAfterSeconds !== undefined && token !== undefined) admission.rememberToken(token, retryAfterSeconds)
    return { kind: 'turned-away', code, hint, retryAfterSeconds, authentication }
  }
}

/** A body may come for half a minute after its head: after so long, in ms, it is asked again who sends it. */
const stillHoldsForMs = 1_000

/** `undefined` where there is none; an address that no route answers goes on to the refusal for it. */
const roleOf = ({ method, routeOptions: { url } }: FastifyRequest): RouteRole | undefined =>
  url === undefined ? 'anyone' : roleOfRoute(method, url)

/** Every route passes both, by the role that the route table gives it. */
export interface Guard {
  /** Before the body is read. */
  guard(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined>
  /** Once it is there: whoever may do it no more by now does not. */
  guardAgain(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined>
}

export function createGuard(options: GuardOptions & { readonly clock: Clock }): Guard {
  const { clock, authenticate } = options
  const check = createCheck(options)

  return { guard, guardAgain }

  async function guard(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    const role = roleOf(request)
    if (role === undefined) throw new Error('A route without a role was reached.')
    const limit = limitOfRoute(request.method, request.routeOptions.url)
    request.guardedAtMs = clock.monotonicMs()
    const checked = await check(request, { role: role === 'session' ? 'anyone' : role, limit })
    if (checked?.kind === 'turned-away') {
      request.turnedAway = checked.authentication
      return refuse(reply, checked.code, checked)
    }
    request.principal = checked
    return role === 'session' ? guardSession(request, reply) : undefined
  }

  async function guardAgain(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    if (clock.monotonicMs() - request.guardedAtMs < stillHoldsForMs) return undefined
    // Without one it would not have come so far.
    const role = roleOf(request) as RouteRole
    if (role === 'session') return guardSession(request, reply)
    if (role === 'anyone') return undefined
    const authentication = await authenticate(readCredentials(request), role)
    return authentication.kind === 'granted' ? undefined : refuse(reply, authentication.code, authentication)
  }

  async function guardSession(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    if (refuseUnsafePlace(request, reply, options)) return reply
    const { cookie } = request.headers
    // Without a cookie the login library need not be asked, nor loaded.
    if (cookie === undefined) return refuse(reply, 'login_required')
    const found = await options.agents.findSession(cookie)
    if (found.kind !== 'found' || isOverdue(found.session.startedAt, clock.nowMs()))
      return refuse(reply, 'login_required')
    for (const value of found.setCookies) void reply.header('set-cookie', value)
    request.agentSession = found.session
    return undefined
  }
}
