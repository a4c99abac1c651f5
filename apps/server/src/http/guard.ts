import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Agents } from '../auth/agents.ts'
import type { Authenticate } from '../auth/authenticate.ts'
import { isForeignSite, isLoginSafe, type RequestPlace } from './cookie-guard.ts'
import { type LimitOptions, limitOfRoute, refuseUnknown } from './limited-routes.ts'
import { refuse } from './refuse.ts'
import { readCredentials, readVisitorHeader } from './request-state.ts'
import { roleOfRoute } from './route-table.ts'

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

/**
 * The one place in which a request's caller is checked, before its body is read. Every route passes it, by the role that the
 * route table gives it.
 */
export function createGuard(options: GuardOptions) {
  return async function guard(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    const pattern = request.routeOptions.url
    // An address that no route answers goes on to the refusal for it.
    const role = pattern === undefined ? 'anyone' : roleOfRoute(request.method, pattern)
    if (role === undefined) throw new Error('A route without a role was reached.')
    const limit = limitOfRoute(request.method, pattern ?? '')
    if (refuseUnknown(request, reply, options, limit.unknown)) return reply
    if (role === 'anyone') return undefined
    if (role === 'session') return guardSession(request, reply)
    if (readVisitorHeader(request).kind === 'malformed') return refuse(reply, 'visitor_invalid')
    const { admission, authenticate } = options
    const credentials = readCredentials(request)
    const authentication = await authenticate(credentials, role, (caller) =>
      admission.takeKnown(caller, limit.known ?? 'call'),
    )
    if (authentication.kind === 'refused') {
      request.turnedAway = authentication
      const { code, hint, retryAfterSeconds } = authentication
      const token = role === 'visitor' ? credentials.orgToken : credentials.agentToken
      if (retryAfterSeconds !== undefined && token !== undefined) admission.rememberToken(token, retryAfterSeconds)
      return refuse(reply, code, { hint, retryAfterSeconds })
    }
    request.principal = authentication.principal
    return undefined
  }

  async function guardSession(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    if (refuseUnsafePlace(request, reply, options)) return reply
    const { cookie } = request.headers
    // Without a cookie the login library need not be asked, nor loaded.
    const found = cookie === undefined ? undefined : await options.agents.findSession(cookie)
    if (found?.kind !== 'found') return refuse(reply, 'login_required')
    for (const value of found.setCookies) void reply.header('set-cookie', value)
    request.agentSession = found.session
    return undefined
  }
}
