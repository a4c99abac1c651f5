import { asRecord, asString, limits } from '@helvino/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { FindAddress } from '../admission/caller-address.ts'
import type { TwoFactorDemand } from '../auth/two-factor-demand.ts'
import type { TwoFactor } from '../auth/two-factor.ts'
import type { LoginBudget } from './login-budget.ts'
import { actorOf, type RecordAudit } from './record-audit.ts'
import { refuse } from './refuse.ts'
import { sessionOf } from './request-state.ts'

export interface TwoFactorRouteOptions {
  readonly agents: {
    readonly twoFactor: TwoFactor
    readonly twoFactorDemand: Pick<TwoFactorDemand, 'isMade' | 'enforce'>
  }
  readonly recordAudit: RecordAudit
  readonly findAddress: FindAddress
  /** One for passwords and codes: guessing at either is slowed down. */
  readonly budget: LoginBudget
}

/** A code beside the password, for one's own login. */
export function addTwoFactorRoutes(app: FastifyInstance, options: TwoFactorRouteOptions): void {
  app.post('/api/agent/two-factor/enrol', (request, reply) => enrol(request, reply, options))
  app.post('/api/agent/two-factor/confirm', (request, reply) => confirm(request, reply, options))
  app.post('/api/agent/two-factor/disable', (request, reply) => turnOff(request, reply, options))
}

/** As people type codes: with spaces in them. Nothing longer than a password is looked at. */
export function readCode(body: unknown): string | undefined {
  const code = asString(asRecord(body)?.['code'])?.replaceAll(/\s/g, '')
  return code === undefined || code === '' || code.length > limits.passwordMost ? undefined : code
}

function readPassword(body: unknown): string | undefined {
  const password = asString(asRecord(body)?.['password'])
  return password === undefined || password.length > limits.passwordMost ? undefined : password
}

/** True where it has answered that there were too many tries. */
function isTooOften(
  request: FastifyRequest,
  reply: FastifyReply,
  { budget, findAddress }: TwoFactorRouteOptions,
): boolean {
  const waitSeconds = budget.take(sessionOf(request).userId, findAddress(request.raw).key)
  if (waitSeconds > 0) refuse(reply, 'rate_limited', { retryAfterSeconds: waitSeconds })
  return waitSeconds > 0
}

async function enrol(request: FastifyRequest, reply: FastifyReply, options: TwoFactorRouteOptions) {
  const { userId } = sessionOf(request)
  const password = readPassword(request.body)
  if (password === undefined) return refuse(reply, 'request_invalid', { message: 'Send "password".' })
  if (isTooOften(request, reply, options)) return reply
  const offer = await options.agents.twoFactor.enrol(request.headers.cookie ?? '', userId, password)
  if (offer.kind === 'password-wrong') return refuse(reply, 'password_wrong')
  options.budget.forgive(userId, options.findAddress(request.raw).key)
  if (offer.kind !== 'offered') return refuse(reply, 'two_factor_on')
  const { uri, backupCodes } = offer
  return reply.send({ uri, backupCodes })
}

async function confirm(request: FastifyRequest, reply: FastifyReply, options: TwoFactorRouteOptions) {
  const session = sessionOf(request)
  const code = readCode(request.body)
  if (code === undefined) return refuse(reply, 'request_invalid', { message: 'Send "code".' })
  if (isTooOften(request, reply, options)) return reply
  const { twoFactor } = options.agents
  if (await twoFactor.isOn(session.userId)) return refuse(reply, 'two_factor_on')
  const confirmed = await twoFactor.confirm(request.headers.cookie ?? '', session.userId, code)
  if (confirmed.kind === 'code-wrong') return refuse(reply, 'code_wrong')
  await options.recordAudit(request, { ...actorOf(session), action: 'two_factor_on' })
  return answerDone(request, reply, options, confirmed.setCookies)
}

async function turnOff(request: FastifyRequest, reply: FastifyReply, options: TwoFactorRouteOptions) {
  const session = sessionOf(request)
  const password = readPassword(request.body)
  const code = readCode(request.body)
  if (password === undefined || code === undefined)
    return refuse(reply, 'request_invalid', { message: 'Send "password" and "code".' })
  if (isTooOften(request, reply, options)) return reply
  if (await options.agents.twoFactorDemand.isMade(session.orgId)) return refuse(reply, 'two_factor_demanded')
  const off = await options.agents.twoFactor.turnOff(request.headers.cookie ?? '', session.userId, password, code)
  if (off.kind !== 'done') return refuse(reply, off.kind === 'code-wrong' ? 'code_wrong' : 'password_wrong')
  await options.agents.twoFactorDemand.enforce(session.orgId, session.userId)
  await options.recordAudit(request, { ...actorOf(session), action: 'two_factor_off' })
  return answerDone(request, reply, options, off.setCookies)
}

function answerDone(
  request: FastifyRequest,
  reply: FastifyReply,
  { budget, findAddress }: TwoFactorRouteOptions,
  setCookies: readonly string[],
) {
  budget.forgive(sessionOf(request).userId, findAddress(request.raw).key)
  // In the place of what the guard has set: the session that this began with has ended.
  void reply.removeHeader('set-cookie')
  for (const value of setCookies) void reply.header('set-cookie', value)
  return reply.send({ ok: true })
}
