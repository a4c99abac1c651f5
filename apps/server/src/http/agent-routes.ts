import { asRecord } from '@helvino/protocol'
import type { Clock, Random } from '@helvino/runtime'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { IdentitySecrets } from '../auth/identity-secrets.ts'
import { parseOrigin } from '../auth/origin.ts'
import type { AgentPrincipal, Conversations } from '../conversations/conversations.ts'
import { refusedByStore } from '../conversations/refused.ts'
import type { Store } from '../store/contract.ts'
import { decodeOriginBody } from './decode-body.ts'
import { decodeConversationFilter } from './decode-query.ts'
import {
  answerBatch,
  answerMessages,
  answerPost,
  answerRead,
  type ConversationRequest,
  conversationIdOf,
  type MessageRouteOptions,
} from './message-routes.ts'
import { actorOf, type RecordAudit } from './record-audit.ts'
import { refuse } from './refuse.ts'
import { agentOf } from './request-state.ts'

export interface AgentRouteOptions extends MessageRouteOptions {
  readonly conversations: Conversations
  readonly store: Store
  readonly identitySecrets: IdentitySecrets
  readonly random: Random
  readonly clock: Clock
  readonly recordAudit: RecordAudit
}

/** Origins that one organisation may allow: more are a mistake, or an attempt to fill the table. */
const maxAllowedOrigins = 100

export function addAgentRoutes(app: FastifyInstance, options: AgentRouteOptions): void {
  const { conversations } = options
  const prefix = '/api/agent/conversations'

  app.get(prefix, async (request, reply) => {
    const agent = agentOf(request)
    const filter = decodeConversationFilter(request.query, agent.userId)
    if (!filter) return refuse(reply, 'request_invalid', { message: 'A filter in the address is malformed.' })
    return conversations.listConversations(agent, filter)
  })
  app.get(`${prefix}/:id/messages`, (request: ConversationRequest, reply) =>
    answerMessages(agentOf(request), request, reply, options),
  )
  app.post(`${prefix}/:id/messages`, (request: ConversationRequest, reply) =>
    answerPost(agentOf(request), request, reply, options),
  )
  app.post(`${prefix}/:id/messages/batch`, (request: ConversationRequest, reply) =>
    answerBatch(agentOf(request), request, reply, options),
  )
  app.post(`${prefix}/:id/resolve`, (request: ConversationRequest, reply) =>
    answerChange(request, reply, conversations.resolveConversation),
  )
  app.post(`${prefix}/:id/reopen`, (request: ConversationRequest, reply) =>
    answerChange(request, reply, conversations.reopenConversation),
  )
  app.post(`${prefix}/:id/read`, (request: ConversationRequest, reply) =>
    answerRead(agentOf(request), request, reply, options),
  )

  app.get('/api/agent/sites', async (request) => readSites(agentOf(request), options.store))
  app.post('/api/agent/sites/allow', (request, reply) => allowSite(request, reply, options))
  app.post('/api/agent/sites/remove', (request, reply) => removeSite(request, reply, options))

  app.post('/api/agent/visitors/sign-out', (request, reply) => signOutVisitors(request, reply, options))

  const { identitySecrets } = options
  app.get('/api/agent/identity', async (request, reply) =>
    reply.send(await identitySecrets.find(agentOf(request).orgId)),
  )
  app.post('/api/agent/identity', async (request, reply) => {
    const agent = agentOf(request)
    const secret = await identitySecrets.rotate(agent.orgId)
    await options.recordAudit(request, { ...actorOf(agent), action: 'identity_secret_rotated' })
    return reply.send(secret)
  })
}

/** Their tokens, and those of the agents, hold no more: each page renews its own, and nobody has to do anything. */
async function signOutVisitors(request: FastifyRequest, reply: FastifyReply, options: AgentRouteOptions) {
  const agent = agentOf(request)
  if (asRecord(request.body)?.['scope'] !== 'all')
    return refuse(reply, 'request_invalid', { message: '"scope" is "all".' })
  const written = await options.store.ofOrg(agent.orgId).signOutVisitors(options.clock.nowMs())
  if (written.kind === 'unavailable') {
    const refused = refusedByStore(written, options.random)
    return refuse(reply, refused.code, refused)
  }
  await options.recordAudit(request, { ...actorOf(agent), action: 'visitors_signed_out' })
  return reply.send({ ok: true })
}

async function answerChange(
  request: ConversationRequest,
  reply: FastifyReply,
  change: Conversations['resolveConversation'],
) {
  const id = conversationIdOf(request)
  if (id === undefined) return refuse(reply, 'not_found')
  const changed = await change(agentOf(request), id)
  if (changed.kind === 'refused') return refuse(reply, changed.code, changed)
  return reply.send({ conversation: changed.conversation })
}

async function readSites({ orgId }: AgentPrincipal, store: Store) {
  const allowed = (await store.findOrg({ id: orgId }))?.allowedOrigins ?? []
  const refused = await store.ofOrg(orgId).listRefusedOrigins()
  return { allowed, refused: refused.filter(({ origin }) => !allowed.includes(origin)) }
}

const badOrigin = { message: '"origin" is an address such as https://shop.example.' } as const

async function allowSite(request: FastifyRequest, reply: FastifyReply, options: AgentRouteOptions) {
  const { store, random, recordAudit } = options
  const agent = agentOf(request)
  const origin = parseOrigin(decodeOriginBody(request.body) ?? '')
  if (origin === undefined) return refuse(reply, 'request_invalid', badOrigin)
  const written = await store.ofOrg(agent.orgId).allowOrigin(origin, maxAllowedOrigins)
  if (written.kind === 'too-many')
    return refuse(reply, 'request_invalid', { message: `At most ${String(maxAllowedOrigins)} sites may be allowed.` })
  if (written.kind === 'unavailable') {
    const refused = refusedByStore(written, random)
    return refuse(reply, refused.code, refused)
  }
  await recordAudit(request, { ...actorOf(agent), action: 'site_allowed', subject: origin })
  return reply.send(await readSites(agent, store))
}

async function removeSite(request: FastifyRequest, reply: FastifyReply, options: AgentRouteOptions) {
  const { store, random, recordAudit } = options
  const agent = agentOf(request)
  const origin = parseOrigin(decodeOriginBody(request.body) ?? '')
  if (origin === undefined) return refuse(reply, 'request_invalid', badOrigin)
  const written = await store.ofOrg(agent.orgId).disallowOrigin(origin)
  if (written.kind === 'no-origin') return refuse(reply, 'not_found')
  if (written.kind === 'unavailable') {
    const refused = refusedByStore(written, random)
    return refuse(reply, refused.code, refused)
  }
  await recordAudit(request, { ...actorOf(agent), action: 'site_removed', subject: origin })
  return reply.send(await readSites(agent, store))
}
