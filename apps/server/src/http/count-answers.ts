import type { RefusalCode } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { FastifyInstance } from 'fastify'
import type { ServiceMetrics } from '../telemetry/service-metrics.ts'

/** `code`: where it is a refusal. */
export type CountAnswer = (status: number, code: RefusalCode | undefined) => void

/** What nobody sends who uses our pages as they are meant, and what is more than the server does for one caller. */
const remarkable: ReadonlySet<RefusalCode> = new Set([
  ...(['token_invalid', 'metrics_key_invalid', 'identity_invalid', 'origin_not_allowed', 'visitor_invalid'] as const),
  ...(['login_failed', 'password_wrong', 'code_wrong', 'role_insufficient', 'role_invalid'] as const),
  ...(['request_invalid', 'body_too_large', 'media_type_unsupported', 'idempotency_mismatch'] as const),
  ...(['rate_limited', 'limit_reached', 'unavailable', 'storage_full'] as const),
])

const toldEveryMs = 60_000

/** Counts an answer, and tells `onRefused` within a minute how often each remarkable refusal was given since it was told last. */
export function createCountAnswer(
  metrics: ServiceMetrics,
  clock: Clock,
  onRefused: (codes: Readonly<Record<string, number>>) => void,
): CountAnswer {
  let untold = new Map<RefusalCode, number>()
  const tell = () => {
    const codes = Object.fromEntries(untold)
    untold = new Map()
    onRefused(codes)
  }
  return (status, code) => {
    metrics.countAnswer(status, code)
    if (code === undefined || !remarkable.has(code)) return
    if (untold.size === 0) clock.startTimer(toldEveryMs, tell)
    untold.set(code, (untold.get(code) ?? 0) + 1)
  }
}

const messagesRoute = /^\/(api\/agent\/)?conversations\/:id\/messages(\/batch)?$/

/** Every answer that Fastify gives; those that it is not asked for are counted where they are given. */
export function addAnswerCounts(app: FastifyInstance, metrics: ServiceMetrics, countAnswer: CountAnswer): void {
  app.addHook('onResponse', ({ method, refusedWith, routeOptions }, { statusCode, elapsedTime }, done) => {
    countAnswer(statusCode, refusedWith)
    const [isMessages, ofAgents] = messagesRoute.exec(routeOptions.url ?? '') ?? []
    if (method === 'POST' && isMessages !== undefined && statusCode < 400)
      metrics.timeMessages(ofAgents === undefined ? 'visitor' : 'agent', elapsedTime)
    done()
  })
}
