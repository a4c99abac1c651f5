import type { Clock } from '@helvino/runtime'
import type { FastifyInstance } from 'fastify'
import type { MetricsAccess } from '../config.ts'
import type { ServiceSources } from '../telemetry/service-metrics.ts'
import { Telemetry } from '../telemetry/telemetry.ts'
import { addAnswerCounts, type CountAnswer, createCountAnswer } from './count-answers.ts'
import { addMetricsRoute } from './metrics-route.ts'
import { addTelemetryRoutes } from './telemetry-routes.ts'

/** For what answers without Fastify. */
export interface Figures {
  readonly telemetry: Telemetry
  readonly countAnswer: CountAnswer
}

/** What is known of how the server and its visitors' renewals do: counted, shown to agents and operators, and what is remarkable logged. */
export function addFigures(
  app: FastifyInstance,
  access: MetricsAccess,
  clock: Clock,
  sources: ServiceSources,
): Figures {
  const telemetry = new Telemetry(clock)
  const { metrics } = telemetry
  metrics.service.watch(sources)
  const countAnswer = createCountAnswer(metrics.service, clock, (codes) => {
    app.log.info({ event: 'refused', codes })
  })
  addAnswerCounts(app, metrics.service, countAnswer)
  addMetricsRoute(app, metrics, access)
  addTelemetryRoutes(app, telemetry, clock)
  return { telemetry, countAnswer }
}
