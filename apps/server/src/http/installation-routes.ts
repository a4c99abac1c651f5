import type { Installation } from '@helvino/protocol'
import type { FastifyInstance } from 'fastify'
import type { Store } from '../store/contract.ts'
import { refuse } from './refuse.ts'
import { agentOf } from './request-state.ts'

/** What a site needs to embed the widget, and where it has been loaded. */
export function addInstallationRoutes(app: FastifyInstance, store: Store): void {
  app.get('/api/agent/installation', async (request, reply) => {
    const { orgId } = agentOf(request)
    const org = await store.findOrg({ id: orgId })
    if (!org) return refuse(reply, 'not_found')
    const seen = await store.ofOrg(orgId).listSeenOrigins()
    const installation: Installation = { orgKey: org.key, siteId: org.siteId, seen }
    return reply.send(installation)
  })
}
