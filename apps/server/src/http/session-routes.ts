import { protocolNumber } from '@helvino/protocol'
import type { Clock, Random } from '@helvino/runtime'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { issueAgentToken } from '../auth/agent-token.ts'
import type { Agent, Agents } from '../auth/agents.ts'
import type { KeyRing } from '../auth/key-ring.ts'
import type { TwoFactorDemand } from '../auth/two-factor-demand.ts'
import type { Store } from '../store/contract.ts'
import { decodeLoginBody } from './decode-body.ts'
import { type GuardOptions, refuseUnsafePlace } from './guard.ts'
import { createKnownBrowsers, type KnownBrowsers } from './known-browsers.ts'
import { createLoginBudget, type LoginBudget } from './login-budget.ts'
import { actorOf, type RecordAudit } from './record-audit.ts'
import { refuse } from './refuse.ts'
import { sessionOf } from './request-state.ts'
import { readCode } from './two-factor-routes.ts'

export interface SessionRouteOptions extends GuardOptions {
  readonly agents: Agents & { readonly twoFactorDemand: Pick<TwoFactorDemand, 'isOpen'> }
  readonly store: Store
  readonly keyRing: KeyRing
  readonly clock: Clock
  readonly random: Random
  readonly recordAudit: RecordAudit
  readonly tokenLifetimeSeconds: number
}

/** The calls of the inbox's page itself: its login cookie opens these, and the token that it gets here opens the rest. */
export function addSessionRoutes(app: FastifyInstance, options: SessionRouteOptions): void {
  const tries = {
    budget: createLoginBudget(options.clock),
    knownBrowsers: createKnownBrowsers({ ...options, visitorKey: options.keyRing.visitorKey }),
  }
  app.post('/api/agent/login', (request, reply) => answerLogin(request, reply, options, tries))
  app.post('/api/agent/logout', async (request, reply) => {
    const setCookies = await options.agents.logOut(request.headers.cookie ?? '')
    await options.recordAudit(request, { ...actorOf(sessionOf(request)), action: 'logout' })
    for (const value of setCookies) void reply.header('set-cookie', value)
    return reply.send({ ok: true })
  })
  app.get('/api/agent/session', async (request, reply) => reply.send(await describe(sessionOf(request), options)))
  app.post('/api/agent/token', (request, reply) => answerToken(request, reply, options))
}

async function describe({ userId, orgId, role, email, name }: Agent, { agents, store }: SessionRouteOptions) {
  const org = await store.findOrg({ id: orgId })
  return {
    ok: true,
    user: { id: userId, email, name, role },
    org: { id: orgId, key: org?.key ?? '', siteId: org?.siteId ?? '', name: org?.name ?? '' },
    mustSetUpTwoFactor: await agents.twoFactorDemand.isOpen(orgId, userId),
  }
}

async function answerLogin(
  request: FastifyRequest,
  reply: FastifyReply,
  options: SessionRouteOptions,
  { budget, knownBrowsers }: { readonly budget: LoginBudget; readonly knownBrowsers: KnownBrowsers },
) {
  if (refuseUnsafePlace(request, reply, options)) return reply
  const body = decodeLoginBody(request.body)
  if (!body) return refuse(reply, 'request_invalid', { message: 'Send "email" and "password".' })
  const knownAs = knownBrowsers.find(request.headers.cookie, body.email)
  const { key: address } = options.findAddress(request.raw)
  const waitSeconds = budget.take(body.email, address, knownAs)
  if (waitSeconds > 0) return refuse(reply, 'rate_limited', { retryAfterSeconds: waitSeconds })
  const code = readCode(request.body)
  const login = await options.agents.logIn({ ...body, code, userAgent: request.headers['user-agent'] })
  if (login.kind === 'code-wanted') return refuse(reply, 'two_factor_required')
  if (login.kind !== 'granted') {
    recordFailedLogin(request, body.email, options)
    return refuse(reply, login.kind === 'refused' ? 'login_failed' : 'code_wrong')
  }
  await options.recordAudit(request, { ...actorOf(login.agent), action: 'login' })
  budget.forgive(body.email, address, knownAs)
  for (const value of [...login.setCookies, knownBrowsers.remember(body.email)]) void reply.header('set-cookie', value)
  return reply.send(await describe(login.agent, options))
}

/**
 * At some moment of the next second, and not before the answer: only for an address that is known there is something to write, and how long the
 * answer took must not tell.
 */
function recordFailedLogin(request: FastifyRequest, email: string, options: SessionRouteOptions): void {
  const { agents, clock, random, recordAudit } = options
  void recordAudit(request, async () => {
    await new Promise<void>((resolve) => clock.startTimer(random.fraction() * 1_000, resolve))
    const member = await agents.findMember(email)
    if (!member) return undefined
    return { orgId: member.orgId, actorId: undefined, action: 'login_failed', subject: { userId: member.userId } }
  })
}

async function answerToken(request: FastifyRequest, reply: FastifyReply, options: SessionRouteOptions) {
  const session = sessionOf(request)
  const { orgId, userId, sessionId, role } = session
  const org = await options.store.findOrg({ id: orgId })
  if (!org) return refuse(reply, 'login_required')
  if (!org.enabled) return refuse(reply, 'org_disabled')
  if (await options.agents.twoFactorDemand.isOpen(orgId, userId)) return refuse(reply, 'two_factor_demanded')
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
  return reply.send({ ok: true, agentToken, userId, timestamp, protocol: protocolNumber })
}
