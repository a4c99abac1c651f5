import type { Clock } from '@helvino/runtime'
import type { FastifyInstance } from 'fastify'
import type { MetricsAccess } from '../config.ts'
import type { ServiceSources } from '../telemetry/service-metrics.ts'
import { Telemetry } from '../telemetry/telemetry.ts'
import { AnswerCounts, countRoutes, type RefusedFields } from './answer-counts.ts'
import { addMetricsRoute } from './metrics-route.ts'
import { addTelemetryRoutes } from './telemetry-routes.ts'

/** What is known of how the server and its visitors' renewals do. Whatever answers without Fastify counts its answers itself. */
export interface Figures {
  readonly telemetry: Telemetry
  readonly answers: AnswerCounts
}

export function createFigures(clock: Clock, onRefused: (fields: RefusedFields) => void): Figures {
  const telemetry = new Telemetry(clock)
  return { telemetry, answers: new AnswerCounts(telemetry.metrics.service, clock, onRefused) }
}

/** Shows them to agents and to whoever runs the server. */
export function addFigures(
  app: FastifyInstance,
  { telemetry, answers }: Figures,
  access: MetricsAccess,
  clock: Clock,
  sources: ServiceSources,
): void {
  telemetry.metrics.service.watch(sources)
  countRoutes(app, telemetry.metrics.service, answers)
  addMetricsRoute(app, telemetry.metrics, access)
  addTelemetryRoutes(app, telemetry, clock)
}
