import type { RefusalCode } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { FastifyInstance } from 'fastify'
import type { ServiceMetrics } from '../telemetry/service-metrics.ts'

/** What nobody sends who uses our pages as they are meant, and what is more than the server does for one caller. */
const remarkable: ReadonlySet<RefusalCode> = new Set([
  ...(['token_invalid', 'metrics_key_invalid', 'identity_invalid', 'origin_not_allowed', 'visitor_invalid'] as const),
  ...(['login_failed', 'password_wrong', 'code_wrong', 'role_insufficient', 'role_invalid'] as const),
  ...(['request_invalid', 'body_too_large', 'media_type_unsupported', 'idempotency_mismatch'] as const),
  ...(['rate_limited', 'limit_reached', 'unavailable', 'storage_full'] as const),
])

/** How often each was given. */
export interface RefusedFields {
  readonly codes: Readonly<Record<string, number>>
}

const toldEveryMs = 60_000

/** Counts every answer, and tells `onRefused` within a minute how often each remarkable refusal was given since it was told last. */
export class AnswerCounts {
  readonly #metrics: ServiceMetrics
  readonly #clock: Clock
  readonly #onRefused: (fields: RefusedFields) => void
  #untold = new Map<RefusalCode, number>()

  constructor(metrics: ServiceMetrics, clock: Clock, onRefused: (fields: RefusedFields) => void) {
    this.#metrics = metrics
    this.#clock = clock
    this.#onRefused = onRefused
  }

  /** `code`: where it is a refusal. */
  count(status: number, code: RefusalCode | undefined): void {
    this.#metrics.countAnswer(status, code)
    if (code === undefined || !remarkable.has(code)) return
    if (this.#untold.size === 0)
      this.#clock.startTimer(toldEveryMs, () => {
        this.tell()
      })
    this.#untold.set(code, (this.#untold.get(code) ?? 0) + 1)
  }

  /** Tells what is untold now. */
  tell(): void {
    if (this.#untold.size === 0) return
    const codes = Object.fromEntries(this.#untold)
    this.#untold = new Map()
    this.#onRefused({ codes })
  }
}

const messagesRoute = /^\/(api\/agent\/)?conversations\/:id\/messages(\/batch)?$/

/** Every answer of a route, and with the end of the app what is untold. */
export function countRoutes(app: FastifyInstance, metrics: ServiceMetrics, answers: AnswerCounts): void {
  app.addHook('onResponse', ({ method, refusedWith, routeOptions }, { statusCode, elapsedTime }, done) => {
    answers.count(statusCode, refusedWith)
    const [isMessages, ofAgents] = messagesRoute.exec(routeOptions.url ?? '') ?? []
    if (method === 'POST' && isMessages !== undefined && statusCode < 400)
      metrics.timeMessages(ofAgents === undefined ? 'visitor' : 'agent', elapsedTime)
    done()
  })
  app.addHook('onClose', (_app, done) => {
    answers.tell()
    done()
  })
}
