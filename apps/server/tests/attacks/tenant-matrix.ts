import { type RouteRole, routeTable } from '../../src/http/route-table.ts'
import { type ApiRequest, call } from '../api-client.ts'
import { type Attack, ask, outcomeOf } from './attack.ts'
import type { Stage, Tenant } from './stage.ts'

/** How a route is tried with what belongs to the other organisation. */
interface TenantRow {
  /** Of a route with an id in its address: what comes of every foreign id. @defaultValue `404 not_found` */
  readonly answers?: string
  readonly body?: object
}

const content = { content: 'hello' }
const messages = [{ role: 'user', content: 'hello', clientMessageId: 'm1' }]

/** A row for every route that knows its caller, in the order of the route table. */
export const tenantRows: Readonly<Record<string, TenantRow>> = {
  'GET /api/bootloader': {},
  'POST /conversations': {},
  'GET /conversations': {},
  'POST /conversations/:id/messages': { body: { role: 'user', ...content } },
  // Each message of a batch has an answer of its own.
  'POST /conversations/:id/messages/batch': { body: { messages }, answers: '200 refused' },
  'GET /conversations/:id/messages': {},
  'POST /conversations/:id/read': { body: { sequence: 1 } },
  'PUT /api/visitor': {},
  'POST /api/telemetry': {},
  'POST /api/agent/logout': {},
  'GET /api/agent/session': {},
  'POST /api/agent/token': {},
  'POST /api/agent/password': {},
  'POST /api/agent/two-factor/enrol': {},
  'POST /api/agent/two-factor/confirm': {},
  'POST /api/agent/two-factor/disable': {},
  'GET /api/agent/account': {},
  'POST /api/agent/sessions/end': {},
  'GET /api/agent/conversations': {},
  'GET /api/agent/conversations/:id/messages': {},
  'POST /api/agent/conversations/:id/messages': { body: content },
  'POST /api/agent/conversations/:id/messages/batch': {
    body: { messages: [{ ...content, clientMessageId: 'm1' }] },
    answers: '200 refused',
  },
  'POST /api/agent/conversations/:id/resolve': {},
  'POST /api/agent/conversations/:id/reopen': {},
  'POST /api/agent/conversations/:id/read': { body: { sequence: 1 } },
  'GET /api/agent/conversations/:id/visitor': {},
  'GET /api/agent/settings': {},
  'PUT /api/agent/settings': {},
  'POST /api/agent/conversations/:id/assign': { body: { userId: null } },
  'GET /api/agent/conversations/:id/notes': {},
  'POST /api/agent/conversations/:id/notes': { body: { ...content, clientNoteId: 'n1' } },
  'GET /api/agent/counts': {},
  'GET /api/agent/replies': {},
  'DELETE /api/agent/replies/:id': {},
  // Ids of replies are the organisation's own: the same id is another reply in each.
  'PUT /api/agent/replies/:id': { body: { shortcut: 'same', ...content }, answers: '200 or 409 in ours' },
  'GET /api/agent/session-health': {},
  'GET /api/agent/installation': {},
  'GET /api/agent/team': {},
  'PUT /api/agent/team/two-factor': {},
  'GET /api/agent/audit': {},
  'POST /api/agent/team/invitations': {},
  'DELETE /api/agent/team/invitations/:id': {},
  'PUT /api/agent/team/members/:id': { body: { role: 'agent' } },
  'DELETE /api/agent/team/members/:id': {},
  'POST /api/agent/team/members/:id/sign-out': {},
  'POST /api/agent/visitors/sign-out': {},
  'GET /api/agent/visitors/:id/export': {},
  'DELETE /api/agent/visitors/:id': {},
  'GET /api/agent/sites': {},
  'POST /api/agent/sites/allow': {},
  'POST /api/agent/sites/remove': {},
  'GET /api/agent/identity': {},
  'POST /api/agent/identity': {},
}

const guarded = (role: RouteRole): boolean => role !== 'anyone'

/** Every route of the table that knows who asks. */
export const guardedRoutes = Object.entries(routeTable).flatMap(([route, role]) =>
  guarded(role) ? [{ route, role: role as Exclude<RouteRole, 'anyone'> }] : [],
)

const foreignObjects: Readonly<Record<string, (theirs: Tenant) => string>> = {
  'a conversation': ({ visitors }) => visitors[0].conversationId,
  'another conversation': ({ visitors }) => visitors[2].conversationId,
  'a message': ({ messageId }) => messageId,
  'a note': ({ noteId }) => noteId,
  'a reply': ({ replyId }) => replyId,
  'an invitation': ({ invitationId }) => invitationId,
  'a visitor': ({ publicVisitorId }) => publicVisitorId,
  'an agent': ({ agent }) => agent.userId,
  'an admin': ({ admin }) => admin.userId,
  'an owner': ({ owner }) => owner.userId,
  'the organisation': ({ id }) => id,
}

function callerOf({ ours }: Stage, role: Exclude<RouteRole, 'anyone'>): Readonly<Record<string, string>> {
  switch (role) {
    case 'public':
      return { 'x-org-key': ours.key }
    case 'visitor':
      return ours.visitors[0].headers
    case 'session':
      return { cookie: ours.agent.cookie }
    case 'agent':
    case 'admin':
      return ours.admin.headers
    case 'owner':
      return ours.owner.headers
  }
}

const methodOf = (route: string): NonNullable<ApiRequest['method']> => route.split(' ')[0] as 'GET'
const pathOf = (route: string, id = ''): string => (route.split(' ')[1] ?? '').replace(':id', id)

/** A body is sent with what may have one, and of every answer only the outcome counts. */
function requestFor(stage: Stage, route: string, role: Exclude<RouteRole, 'anyone'>, body: object): ApiRequest {
  const method = methodOf(route)
  const headers = callerOf(stage, role)
  return method === 'GET' || method === 'DELETE' ? { method, headers } : { method, headers, body }
}

async function tryForeignId(
  stage: Stage,
  route: string,
  role: Exclude<RouteRole, 'anyone'>,
  id: string,
): Promise<string> {
  const { body = {}, answers } = tenantRows[route] ?? {}
  const answer = await call(`${stage.url}${pathOf(route, id)}`, requestFor(stage, route, role, body))
  const isRefusedEach = Array.isArray(answer.body['results']) && answer.text.includes('"code":"not_found"')
  if (isRefusedEach) return '200 refused'
  if (answers?.endsWith('in ours') && [200, 409].includes(answer.status)) return answers
  return outcomeOf(answer)
}

const theirNames = (theirs: Tenant): readonly string[] => [
  ...[theirs.mark, theirs.key, theirs.siteId, theirs.adminLogin.email, theirs.agentLogin.email],
  ...Object.values(foreignObjects).map((pick) => pick(theirs)),
]

/** The other organisation is named in every place that could be believed: the address, the body, and headers beside the proof. */
async function tryWithoutId(stage: Stage, route: string, role: Exclude<RouteRole, 'anyone'>): Promise<string> {
  const { theirs } = stage
  const named = { orgId: theirs.id, org_id: theirs.id, orgKey: theirs.key, tenant: theirs.id, account_id: theirs.id }
  const request = requestFor(stage, route, role, named)
  const answer = await call(`${stage.url}${pathOf(route)}?${new URLSearchParams(named).toString()}`, {
    ...request,
    headers: { ...request.headers, 'x-organisation': theirs.id, 'x-tenant-id': theirs.id },
  })
  const found = theirNames(theirs).find((name) => answer.text.includes(name))
  return found === undefined && answer.status < 500
    ? 'nothing of theirs'
    : `${String(answer.status)} with ${String(found)}`
}

/** Every route with every object of the other organisation. */
export const tenantAttacks: readonly Attack[] = Object.keys(tenantRows).flatMap((route): readonly Attack[] => {
  const role = routeTable[route]
  if (role === undefined || role === 'anyone') return []
  if (!route.includes(':id'))
    return [
      {
        ...{ id: `tenant ${route}`, tries: 'naming the other organisation', expected: 'nothing of theirs' },
        run: (stage) => tryWithoutId(stage, route, role),
        changesOurs: true,
      },
    ]
  return Object.entries(foreignObjects).map(([what, pick]) => ({
    ...{ id: `tenant ${route}`, tries: what, expected: tenantRows[route]?.answers ?? '404 not_found' },
    run: (stage: Stage) => tryForeignId(stage, route, role, pick(stage.theirs)),
    ...(route.startsWith('PUT /api/agent/replies') && { changesOurs: true as const }),
  }))
})

/** Who asks with less than the route wants, and what they are told. */
const lesserCallers: Readonly<
  Record<
    Exclude<RouteRole, 'anyone'>,
    readonly (readonly [who: string, expected: string, headers: (stage: Stage) => Readonly<Record<string, string>>])[]
  >
> = {
  public: [['nobody', '404 not_found', () => ({})]],
  visitor: [
    ['nobody', '401 token_missing', () => ({})],
    ['whoever knows the key', '401 token_missing', ({ ours }) => ({ 'x-org-key': ours.key })],
    ['a visitor without a token', '401 token_missing', ({ ours }) => ({ 'x-visitor-id': ours.visitors[0].secret })],
    ['an agent', '401 token_missing', ({ ours }) => ours.admin.headers],
    [
      "an agent with their token as a visitor's",
      '401 token_invalid',
      ({ ours }) => ({ 'x-org-token': ours.admin.token }),
    ],
    ['whoever is logged in', '401 token_missing', ({ ours }) => ({ cookie: ours.admin.cookie })],
  ],
  session: [
    ['nobody', '401 login_required', () => ({})],
    ['a visitor', '401 login_required', ({ ours }) => ours.visitors[0].headers],
    ['an agent without the cookie', '401 login_required', ({ ours }) => ours.admin.headers],
  ],
  agent: [
    ['nobody', '401 token_missing', () => ({})],
    ['a visitor', '401 token_missing', ({ ours }) => ours.visitors[0].headers],
    [
      "a visitor with their token as an agent's",
      '401 token_invalid',
      ({ ours }) => ({ 'x-agent-token': ours.visitors[0].token }),
    ],
    ['whoever is logged in', '401 token_missing', ({ ours }) => ({ cookie: ours.admin.cookie })],
  ],
  admin: [
    ['nobody', '401 token_missing', () => ({})],
    ['a visitor', '401 token_missing', ({ ours }) => ours.visitors[0].headers],
    ['an agent', '403 role_insufficient', ({ ours }) => ours.agent.headers],
    ['whoever is logged in', '401 token_missing', ({ ours }) => ({ cookie: ours.admin.cookie })],
  ],
  owner: [
    ['nobody', '401 token_missing', () => ({})],
    ['a visitor', '401 token_missing', ({ ours }) => ours.visitors[0].headers],
    ['an agent', '403 role_insufficient', ({ ours }) => ours.agent.headers],
    ['an admin', '403 role_insufficient', ({ ours }) => ours.admin.headers],
    ['whoever is logged in', '401 token_missing', ({ ours }) => ({ cookie: ours.owner.cookie })],
  ],
}

/** Every route with every caller that it is not for. */
export const roleAttacks: readonly Attack[] = guardedRoutes.flatMap(({ route, role }) =>
  lesserCallers[role].map(([who, expected, headers]) => ({
    ...{ id: `role ${route}`, tries: who, expected },
    run: (stage: Stage) => {
      const { conversationId } = stage.ours.visitors[0]
      const method = methodOf(route)
      const request = { method, headers: headers(stage) }
      return ask(
        stage,
        pathOf(route, conversationId),
        method === 'GET' || method === 'DELETE' ? request : { ...request, body: {} },
      )
    },
  })),
)
