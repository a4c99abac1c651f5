import { type AgentAccount, asRecord, asString, limits } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { FindAddress } from '../admission/caller-address.ts'
import type { OpenedAgents } from '../auth/agents.ts'
import { guessableHint, isGuessable } from '../auth/guessable-password.ts'
import type { AgentPrincipal } from '../conversations/conversations.ts'
import { browserName } from '../visitors/browser-name.ts'
import { createLoginBudget, type LoginBudget } from './login-budget.ts'
import { actorOf, type RecordAudit } from './record-audit.ts'
import { refuse } from './refuse.ts'
import { agentOf, sessionOf } from './request-state.ts'
import { addTwoFactorRoutes } from './two-factor-routes.ts'

export interface AccountRouteOptions {
  readonly agents: Pick<OpenedAgents, 'account' | 'twoFactor' | 'twoFactorDemand'>
  readonly clock: Clock
  readonly recordAudit: RecordAudit
  readonly findAddress: FindAddress
}

/** What an agent does with their own login: where it is open, ending it there, another password. */
export function addAccountRoutes(app: FastifyInstance, options: AccountRouteOptions): void {
  const budget = createLoginBudget(options.clock)
  app.get('/api/agent/account', (request, reply) => answerAccount(agentOf(request), reply, options))
  app.post('/api/agent/sessions/end', (request, reply) => endSessions(request, reply, options))
  app.post('/api/agent/password', (request, reply) => changePassword(request, reply, options, budget))
  addTwoFactorRoutes(app, { ...options, budget })
}

async function answerAccount(
  { userId, sessionId }: AgentPrincipal,
  reply: FastifyReply,
  { agents, clock }: AccountRouteOptions,
) {
  const sessions = await agents.account.listSessions(userId, clock.nowMs())
  const account: AgentAccount = {
    hasTwoFactor: await agents.twoFactor.isOn(userId),
    sessions: sessions.map(({ id, userAgent, createdAtMs, seenAtMs }) => ({
      ...{ id, browser: browserName(userAgent), isCurrent: id === sessionId },
      createdAt: new Date(createdAtMs).toISOString(),
      seenAt: new Date(seenAtMs).toISOString(),
    })),
  }
  return reply.send(account)
}

async function endSessions(request: FastifyRequest, reply: FastifyReply, options: AccountRouteOptions) {
  const agent = agentOf(request)
  const scope = asRecord(request.body)?.['scope']
  if (scope !== 'others' && scope !== 'all')
    return refuse(reply, 'request_invalid', { message: '"scope" is "others" or "all".' })
  await options.agents.account.endSessions(agent.userId, scope === 'others' ? agent.sessionId : undefined)
  const changes = [{ field: 'scope', to: scope }]
  await options.recordAudit(request, { ...actorOf(agent), action: 'sessions_ended', changes })
  return answerAccount(agent, reply, options)
}

async function changePassword(
  request: FastifyRequest,
  reply: FastifyReply,
  { agents, recordAudit, findAddress }: AccountRouteOptions,
  budget: LoginBudget,
) {
  const session = sessionOf(request)
  const body = asRecord(request.body)
  const current = asString(body?.['currentPassword'])
  const next = asString(body?.['newPassword']) ?? ''
  const { passwordLeast, passwordMost } = limits
  // Nothing longer is a password of ours, and hashing it would be work for nothing.
  if (
    current === undefined ||
    current.length > passwordMost ||
    next.length < passwordLeast ||
    next.length > passwordMost
  )
    return refuse(reply, 'request_invalid', {
      message: `Send "currentPassword", and a "newPassword" of ${String(passwordLeast)} to ${String(passwordMost)} characters.`,
    })
  const waitSeconds = budget.take(session.userId, findAddress(request.raw).key)
  if (waitSeconds > 0) return refuse(reply, 'rate_limited', { retryAfterSeconds: waitSeconds })
  if (await isGuessable(next, [session.email])) return refuse(reply, 'password_guessable', { hint: guessableHint })
  if ((await agents.account.changePassword(session, current, next)) === 'wrong') return refuse(reply, 'password_wrong')
  budget.forgive(session.userId, findAddress(request.raw).key)
  await recordAudit(request, { ...actorOf(session), action: 'password_changed' })
  return reply.send({ ok: true })
}
