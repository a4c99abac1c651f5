import type { FastifyInstance } from 'fastify'
import type { Store } from '../store/contract.ts'
import { refuse } from './refuse.ts'

/** `/healthz`: the process answers. `/readyz`: it can read and write, and is not stopping. */
export function addHealthRoutes(app: FastifyInstance, store: Store, isStopping: () => boolean): void {
  app.get('/healthz', () => ({ ok: true }))
  app.get('/readyz', async (_request, reply) => {
    if (isStopping() || !(await store.isReady())) return refuse(reply, 'unavailable')
    return { ok: true }
  })
}
