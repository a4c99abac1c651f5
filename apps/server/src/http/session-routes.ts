import { protocolNumber } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { issueAgentToken } from '../auth/agent-token.ts'
import type { Agent, Agents } from '../auth/agents.ts'
import type { KeyRing } from '../auth/key-ring.ts'
import type { Store } from '../store/contract.ts'
import { decodeLoginBody } from './decode-body.ts'
import { type GuardOptions, refuseUnsafePlace } from './guard.ts'
import { createLoginBudget, type LoginBudget } from './login-budget.ts'
import { refuse } from './refuse.ts'
import { sessionOf } from './request-state.ts'

export interface SessionRouteOptions extends GuardOptions {
  readonly agents: Agents
  readonly store: Store
  readonly keyRing: KeyRing
  readonly clock: Clock
  readonly tokenLifetimeSeconds: number
}

/** The calls of the inbox's page itself: its login cookie opens these, and the token that it gets here opens the rest. */
export function addSessionRoutes(app: FastifyInstance, options: SessionRouteOptions): void {
  const budget = createLoginBudget(options.clock)
  app.post('/api/agent/login', (request, reply) => answerLogin(request, reply, options, budget))
  app.post('/api/agent/logout', async (request, reply) => {
    const setCookies = await options.agents.logOut(request.headers.cookie ?? '')
    for (const value of setCookies) void reply.header('set-cookie', value)
    return reply.send({ ok: true })
  })
  app.get('/api/agent/session', async (request, reply) =>
    reply.header('cache-control', 'no-store').send(await describe(sessionOf(request), options.store)),
  )
  app.post('/api/agent/token', (request, reply) => answerToken(request, reply, options))
}

async function describe({ userId, orgId, role, email, name }: Agent, store: Store) {
  const org = await store.findOrg({ id: orgId })
  return {
    ok: true,
    user: { id: userId, email, name, role },
    org: { id: orgId, key: org?.key ?? '', siteId: org?.siteId ?? '', name: org?.name ?? '' },
  }
}

async function answerLogin(
  request: FastifyRequest,
  reply: FastifyReply,
  options: SessionRouteOptions,
  budget: LoginBudget,
) {
  if (refuseUnsafePlace(request, reply, options)) return reply
  const body = decodeLoginBody(request.body)
  if (!body) return refuse(reply, 'request_invalid', { message: 'Send "email" and "password".' })
  const waitSeconds = budget.take(body.email, options.findAddress(request.raw).key)
  if (waitSeconds > 0) return refuse(reply, 'rate_limited', { retryAfterSeconds: waitSeconds })
  const login = await options.agents.logIn(body.email, body.password)
  if (login.kind === 'refused') return refuse(reply, 'login_failed')
  budget.forgive(body.email, options.findAddress(request.raw).key)
  for (const value of login.setCookies) void reply.header('set-cookie', value)
  return reply.header('cache-control', 'no-store').send(await describe(login.agent, options.store))
}

async function answerToken(request: FastifyRequest, reply: FastifyReply, options: SessionRouteOptions) {
  const session = sessionOf(request)
  const { orgId, userId, sessionId, role } = session
  const org = await options.store.findOrg({ id: orgId })
  if (!org) return refuse(reply, 'login_required')
  if (!org.enabled) return refuse(reply, 'org_disabled')
  const nowMs = options.clock.nowMs()
  const agentToken = issueAgentToken(options.keyRing, {
    orgId,
    userId,
    sessionId,
    role,
    nowMs,
    lifetimeSeconds: options.tokenLifetimeSeconds,
    validFromMs: org.validFromMs,
  })
  const timestamp = new Date(nowMs).toISOString()
  return reply
    .header('cache-control', 'no-store')
    .send({ ok: true, agentToken, userId, timestamp, protocol: protocolNumber })
}
