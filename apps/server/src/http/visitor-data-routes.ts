import { Readable } from 'node:stream'
import type { PublicVisitorId } from '@helvino/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Erasure } from '../visitors/erasure.ts'
import type { ExportVisitor } from '../visitors/visitor-export.ts'
import { actorOf, type RecordAudit } from './record-audit.ts'
import { refuse } from './refuse.ts'
import { agentOf } from './request-state.ts'

export interface VisitorDataRouteOptions {
  readonly exportVisitor: ExportVisitor
  readonly erasure: Pick<Erasure, 'eraseVisitor'>
  readonly recordAudit: RecordAudit
}

type OneRequest = FastifyRequest<{ Params: { id: string } }>

/** `undefined` for what no visitor is called. */
const visitorIdOf = ({ params: { id } }: OneRequest): PublicVisitorId | undefined =>
  /^[pu]_[\w-]{1,62}$/.test(id) ? (id as PublicVisitorId) : undefined

/** What is kept of one visitor: an admin takes it along, or has it deleted. */
export function addVisitorDataRoutes(app: FastifyInstance, options: VisitorDataRouteOptions): void {
  app.get('/api/agent/visitors/:id/export', (request: OneRequest, reply) => answerExport(request, reply, options))
  app.delete('/api/agent/visitors/:id', (request: OneRequest, reply) => answerErasure(request, reply, options))
}

async function answerExport(
  request: OneRequest,
  reply: FastifyReply,
  { exportVisitor, recordAudit }: VisitorDataRouteOptions,
) {
  const agent = agentOf(request)
  const visitorId = visitorIdOf(request)
  const pieces = visitorId && (await exportVisitor(agent.orgId, visitorId))
  if (!pieces) return refuse(reply, 'not_found')
  await recordAudit(request, { ...actorOf(agent), action: 'data_exported', subject: visitorId })
  return reply
    .header('content-type', 'application/json; charset=utf-8')
    .header('content-disposition', `attachment; filename="visitor-${visitorId}.json"`)
    .send(Readable.from(pieces))
}

async function answerErasure(
  request: OneRequest,
  reply: FastifyReply,
  { erasure, recordAudit }: VisitorDataRouteOptions,
) {
  const agent = agentOf(request)
  const visitorId = visitorIdOf(request)
  if (visitorId === undefined) return refuse(reply, 'not_found')
  const erased = await erasure.eraseVisitor(agent.orgId, visitorId, () =>
    recordAudit(request, { ...actorOf(agent), action: 'data_deleted', subject: visitorId }),
  )
  if (erased.kind === 'refused') return refuse(reply, erased.code, erased)
  const { conversations, messages } = erased
  return reply.send({ deleted: { conversations, messages } })
}
