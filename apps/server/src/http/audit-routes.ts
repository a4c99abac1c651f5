import type { FastifyInstance } from 'fastify'
import type { Audit } from '../auth/audit.ts'
import { decodeAuditQuery } from './decode-query.ts'
import { refuse } from './refuse.ts'
import { agentOf } from './request-state.ts'

/** What was done in the organisation, for admins. Nothing changes it. */
export function addAuditRoutes(app: FastifyInstance, audit: Pick<Audit, 'list'>): void {
  app.get('/api/agent/audit', async (request, reply) => {
    const query = decodeAuditQuery(request.query)
    if (!query) return refuse(reply, 'request_invalid', { message: '"before" is an id, and "limit" a number.' })
    const page = await audit.list(agentOf(request).orgId, query.before, query.limit)
    return reply.send(page)
  })
}
