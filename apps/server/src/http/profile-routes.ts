import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { browserName } from '../visitors/browser-name.ts'
import { decodeProfile } from '../visitors/decode-profile.ts'
import type { Visitors } from '../visitors/visitors.ts'
import { type ConversationRequest, conversationIdOf } from './message-routes.ts'
import { refuse } from './refuse.ts'
import { agentOf, visitorOf } from './request-state.ts'

/** What a visitor tells of themselves, and an agent reads. */
export function addProfileRoutes(app: FastifyInstance, visitors: Visitors): void {
  app.put('/api/visitor', (request, reply) => changeProfile(request, reply, visitors))
  app.get('/api/agent/conversations/:id/visitor', async (request: ConversationRequest, reply) => {
    const id = conversationIdOf(request)
    if (id === undefined) return refuse(reply, 'not_found')
    const found = await visitors.findVisitor(agentOf(request), id)
    if (found.kind === 'refused') return refuse(reply, found.code, found)
    return reply.send(found.answer)
  })
}

async function changeProfile(request: FastifyRequest, reply: FastifyReply, visitors: Visitors) {
  const decoded = decodeProfile(request.body)
  if (decoded.kind === 'bad') {
    const { field, rule } = decoded
    return refuse(reply, 'request_invalid', { message: `"${field}" ${rule}.`, field })
  }
  const browser = browserName(request.headers['user-agent'])
  const kept = await visitors.changeProfile(visitorOf(request), { ...decoded.change, browser })
  if (kept.kind === 'refused') return refuse(reply, kept.code, kept)
  return reply.send({ visitor: kept.profile })
}
