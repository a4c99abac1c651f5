import { type BootloaderAnswer, headers, limits, protocolNumber } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { KeyRing } from '../auth/key-ring.ts'
import { issueOrgToken } from '../auth/org-token.ts'
import type { IdentifyVisitor } from '../auth/visitor.ts'
import type { Conversations } from '../conversations/conversations.ts'
import { asVisitorSees } from '../conversations/visitor-view.ts'
import type { Store } from '../store/contract.ts'
import { decodeIdempotencyKey } from './decode-body.ts'
import {
  answerBatch,
  answerMessages,
  answerPost,
  type ConversationRequest,
  type MessageRouteOptions,
} from './message-routes.ts'
import { refuse } from './refuse.ts'
import type { NoteSeenOrigin } from './seen-origins.ts'
import { publicOf, readCredentials, readIdempotencyKey, readVisitorHeader, visitorOf } from './request-state.ts'

export interface VisitorRouteOptions extends MessageRouteOptions {
  readonly clock: Clock
  readonly store: Store
  readonly conversations: Conversations
  readonly keyRing: KeyRing
  readonly identifyVisitor: IdentifyVisitor
  readonly tokenLifetimeSeconds: number
  readonly noteSeenOrigin: NoteSeenOrigin
  /** What the bootloader says in `env`. */
  readonly env: string
}

export function addVisitorRoutes(app: FastifyInstance, options: VisitorRouteOptions): void {
  app.get('/api/bootloader', (request, reply) => answerBootloader(request, reply, options))
  app.post('/conversations', (request, reply) => answerOpen(request, reply, options))
  app.get('/conversations', async (request, reply) => {
    const listed = await options.conversations.listVisitorConversations(visitorOf(request))
    if (listed.kind === 'refused') return refuse(reply, listed.code, listed)
    return { conversations: listed.conversations.map(asVisitorSees) }
  })
  app.post('/conversations/:id/messages', (request: ConversationRequest, reply) =>
    answerPost(visitorOf(request), request, reply, options),
  )
  app.post('/conversations/:id/messages/batch', (request: ConversationRequest, reply) =>
    answerBatch(visitorOf(request), request, reply, options),
  )
  app.get('/conversations/:id/messages', (request: ConversationRequest, reply) =>
    answerMessages(visitorOf(request), request, reply, options),
  )
}

async function answerBootloader(request: FastifyRequest, reply: FastifyReply, options: VisitorRouteOptions) {
  const { org } = publicOf(request)
  options.noteSeenOrigin(org.id, readCredentials(request).origin)
  const header = readVisitorHeader(request)
  const visitor = header.kind === 'given' ? options.identifyVisitor(org.id, header.visitorId) : undefined
  const visitorValidFromMs = visitor ? await options.store.ofOrg(org.id).visitorValidFromMs(visitor.visitorId) : 0
  const nowMs = options.clock.nowMs()
  const orgToken = issueOrgToken(options.keyRing, {
    orgId: org.id,
    orgKey: org.key,
    visitorId: visitor?.visitorId,
    nowMs,
    lifetimeSeconds: options.tokenLifetimeSeconds,
    validFromMs: Math.max(org.validFromMs, visitorValidFromMs),
  })
  const body: BootloaderAnswer = {
    ok: true,
    org: { id: org.id, key: org.key, name: org.name },
    config: org.config,
    orgToken,
    env: options.env,
    timestamp: new Date(nowMs).toISOString(),
    protocol: protocolNumber,
    batchMessages: limits.batchMessages,
  }
  return reply.header('cache-control', 'no-store').send(body)
}

async function answerOpen(request: FastifyRequest, reply: FastifyReply, options: VisitorRouteOptions) {
  const principal = visitorOf(request)
  const header = readVisitorHeader(request)
  if (header.kind !== 'given')
    return refuse(reply, 'visitor_invalid', {
      hint: `Send the visitor's id, "v_" and a random UUID, as ${headers.visitorId}.`,
    })
  const key = decodeIdempotencyKey(readIdempotencyKey(request))
  if (key.kind === 'refused') return refuse(reply, key.code, key)
  const visitor = options.identifyVisitor(principal.org.id, header.visitorId)
  const opened = await options.conversations.openConversation(principal, visitor, key.value)
  if (opened.kind === 'refused') return refuse(reply, opened.code, opened)
  return reply.code(opened.created ? 201 : 200).send(asVisitorSees(opened.conversation))
}
