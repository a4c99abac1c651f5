import { decodeTelemetryReport, limits } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { createReportBudget } from '../telemetry/report-budget.ts'
import type { FiguredOrg, Telemetry } from '../telemetry/telemetry.ts'
import { decodeHealthMinutes } from './decode-query.ts'
import { refuse } from './refuse.ts'
import { agentOf, visitorOf } from './request-state.ts'

/** What pages report of their renewals comes in here, and an agent reads what it comes to. */
export function addTelemetryRoutes(app: FastifyInstance, telemetry: Telemetry, clock: Clock): void {
  countAnswers(app, telemetry)
  const takeFromBudget = createReportBudget(clock)
  app.post('/api/telemetry', {
    bodyLimit: limits.telemetryBytes,
    // Before the body is read: a report too many costs next to nothing.
    onRequest: (request, reply, done) => {
      const waitSeconds = takeFromBudget(visitorOf(request).org.id)
      if (waitSeconds > 0) refuse(reply, 'rate_limited', { retryAfterSeconds: waitSeconds })
      else done()
    },
    handler: (request, reply) => {
      const report = decodeTelemetryReport(request.body)
      if (!report) return refuse(reply, 'request_invalid', { message: 'The report is malformed or beyond its limits.' })
      telemetry.addReport(visitorOf(request).org, report)
      return reply.code(202).send()
    },
  })
  app.get('/api/agent/session-health', (request, reply) => {
    const minutes = decodeHealthMinutes(request.query)
    if (minutes === undefined) {
      const message = `"minutes" is a whole number from 1 to ${String(limits.healthMinutes)}.`
      return refuse(reply, 'request_invalid', { message })
    }
    return reply.send(telemetry.read(agentOf(request).orgId, minutes))
  })
}

/** Counts one answer of the bootloader. */
export function countBootloader(telemetry: Telemetry, org: FiguredOrg | undefined, status: number): void {
  telemetry.count(org, status < 400 ? 'bootloaderAnswered' : status < 500 ? 'bootloaderRefused' : 'bootloaderFailed')
}

/** Counts what the server itself sees of renewals: the bootloader's answers, and writes refused for their token. */
function countAnswers(app: FastifyInstance, telemetry: Telemetry): void {
  app.addHook('onResponse', (request, { statusCode }, done) => {
    const { method, turnedAway, routeOptions } = request
    if (routeOptions.url === '/api/bootloader' && method === 'GET')
      countBootloader(telemetry, orgOf(request), statusCode)
    // The report itself is no write of a visitor's.
    if (method === 'POST' && routeOptions.url?.startsWith('/conversations')) {
      if (turnedAway?.code === 'token_expired') telemetry.count(orgOf(request), 'serverRefusedExpired')
      if (turnedAway?.code === 'token_invalid') telemetry.count(orgOf(request), 'serverRefusedInvalid')
    }
    done()
  })
}

/** The organisation of a call by its public key or by a token that we signed, never by what a caller merely says. */
function orgOf({ principal, turnedAway }: FastifyRequest): FiguredOrg | undefined {
  return principal?.kind === 'public' ? principal.org : turnedAway?.org
}
