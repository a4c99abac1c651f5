import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Store } from '../store/contract.ts'
import { refuse } from './refuse.ts'

export interface HealthRouteOptions {
  readonly store: Store
  readonly isStopping: () => boolean
  /** Which installation answers, for whoever has to know whether an address leads to it. It opens nothing. */
  readonly installation: string
}

/** How many proxies say that they have passed the request on. Only whoever asks for their own deployment reads it. */
const countForwarded = ({ headers }: FastifyRequest): number =>
  [headers['x-forwarded-for'] ?? []].flat().flatMap((value) => value.split(',')).length

/** `/healthz`: the process answers. `/readyz`: it can read and write data of its own format, and is not stopping. */
export function addHealthRoutes(app: FastifyInstance, { store, isStopping, installation }: HealthRouteOptions): void {
  app.get('/healthz', (request) => {
    return { ok: true, installation, forwardedFor: countForwarded(request) }
  })
  app.get('/readyz', async (_request, reply) => {
    if (isStopping() || !(await store.isReady())) return refuse(reply, 'unavailable')
    return reply.send({ ok: true })
  })
}
