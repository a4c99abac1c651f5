import type { ClientFrame } from '@helvino/protocol'
import type { Role } from '../auth/principal.ts'

/** `session`: an agent's login cookie, which opens the page's own calls only; it passes the cookie guard and the login library. */
export type RouteRole = Role | 'session'

/**
 * Every route that the server answers, with the role that it asks of its caller. A route that is not here stops the start.
 * `anyone` is for pages, health and the login itself.
 */
export const routeTable: Readonly<Record<string, RouteRole>> = {
  'GET /healthz': 'anyone',
  'GET /readyz': 'anyone',
  // It asks for a key of its own.
  'GET /metrics': 'anyone',

  'OPTIONS *': 'anyone',
  'GET /api/bootloader': 'public',
  'POST /conversations': 'visitor',
  'GET /conversations': 'visitor',
  'POST /conversations/:id/messages': 'visitor',
  'POST /conversations/:id/messages/batch': 'visitor',
  'GET /conversations/:id/messages': 'visitor',
  'POST /conversations/:id/read': 'visitor',
  'PUT /api/visitor': 'visitor',

  'POST /api/telemetry': 'visitor',

  'POST /api/agent/login': 'anyone',
  // Whoever is invited has no login yet: the token of the invitation is what they have.
  'GET /api/invitation': 'anyone',
  'POST /api/invitation/accept': 'anyone',

  'POST /api/agent/logout': 'session',
  'GET /api/agent/session': 'session',
  'POST /api/agent/token': 'session',

  'POST /api/agent/password': 'session',
  'POST /api/agent/two-factor/enrol': 'session',
  'POST /api/agent/two-factor/confirm': 'session',
  'POST /api/agent/two-factor/disable': 'session',
  'GET /api/agent/account': 'agent',
  'POST /api/agent/sessions/end': 'agent',
  'GET /api/agent/conversations': 'agent',
  'GET /api/agent/conversations/:id/messages': 'agent',
  'POST /api/agent/conversations/:id/messages': 'agent',
  'POST /api/agent/conversations/:id/messages/batch': 'agent',
  'POST /api/agent/conversations/:id/resolve': 'agent',
  'POST /api/agent/conversations/:id/reopen': 'agent',
  'POST /api/agent/conversations/:id/read': 'agent',
  'GET /api/agent/conversations/:id/visitor': 'agent',
  'GET /api/agent/settings': 'agent',
  'PUT /api/agent/settings': 'admin',
  'POST /api/agent/conversations/:id/assign': 'agent',
  'GET /api/agent/conversations/:id/notes': 'agent',
  'POST /api/agent/conversations/:id/notes': 'agent',
  'GET /api/agent/counts': 'agent',
  'GET /api/agent/replies': 'agent',
  'PUT /api/agent/replies/:id': 'agent',
  'DELETE /api/agent/replies/:id': 'agent',
  'GET /api/agent/session-health': 'agent',
  'GET /api/agent/installation': 'agent',
  'GET /api/agent/team': 'agent',
  'PUT /api/agent/team/two-factor': 'owner',
  'GET /api/agent/audit': 'admin',
  'POST /api/agent/team/invitations': 'admin',
  'DELETE /api/agent/team/invitations/:id': 'admin',
  'PUT /api/agent/team/members/:id': 'admin',
  'DELETE /api/agent/team/members/:id': 'admin',
  'POST /api/agent/team/members/:id/sign-out': 'admin',
  'POST /api/agent/visitors/sign-out': 'admin',
  'GET /api/agent/visitors/:id/export': 'admin',
  'DELETE /api/agent/visitors/:id': 'admin',
  'GET /api/agent/sites': 'admin',
  'POST /api/agent/sites/allow': 'admin',
  'POST /api/agent/sites/remove': 'admin',
  'GET /api/agent/identity': 'admin',
  'POST /api/agent/identity': 'admin',

  'GET /': 'anyone',
  'GET /demo': 'anyone',
  'GET /demo/assets/:name': 'anyone',
  // From the demo's own page on this machine only.
  'POST /demo/rotate-key': 'anyone',
  'POST /demo/drop-sockets': 'anyone',
  'GET /docs': 'anyone',
  'GET /docs/*': 'anyone',
  'GET /inbox': 'anyone',
  'GET /inbox/*': 'anyone',
  'GET /inbox/assets/*': 'anyone',
  'GET /embed.js': 'anyone',
  'GET /assets/*': 'anyone',
}

/** Every frame that a client may send, with the roles that may send it. `anyone` is the caller before `hello` is granted. */
export const frameTable: Readonly<Record<ClientFrame['type'], readonly Role[]>> = {
  hello: ['anyone'],
  renew: ['visitor', 'agent', 'admin', 'owner'],
  ping: ['visitor', 'agent', 'admin', 'owner'],
  typing: ['visitor', 'agent', 'admin', 'owner'],
}

/** The role of a registered route, or `undefined` where the table does not know it. A `HEAD` asks what its `GET` asks. */
export function roleOfRoute(method: string, pattern: string): RouteRole | undefined {
  return routeTable[`${method === 'HEAD' ? 'GET' : method} ${pattern}`]
}

/** Thrown at start: somebody added a route and forgot to say who may call it. */
export class RouteWithoutRoleError extends Error {
  override readonly name = 'RouteWithoutRoleError'
  constructor(method: string, pattern: string) {
    super(`The route "${method} ${pattern}" has no role in http/route-table.ts, so the server does not start.`)
  }
}
