import { headers } from '@helvino/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { identifiedBy, type IdentifyVisitor } from '../auth/visitor.ts'
import type { Conversations } from '../conversations/conversations.ts'
import { asVisitorSees } from '../conversations/visitor-view.ts'
import { type AnswerBootloader, bootloaderHeaders } from './bootloader.ts'
import { decodeIdempotencyKey } from './decode-body.ts'
import {
  answerBatch,
  answerMessages,
  answerPost,
  answerRead,
  type ConversationRequest,
  type MessageRouteOptions,
} from './message-routes.ts'
import { refuse } from './refuse.ts'
import { publicOf, readIdempotencyKey, readVisitorHeader, visitorOf } from './request-state.ts'

export interface VisitorRouteOptions extends MessageRouteOptions {
  readonly conversations: Conversations
  readonly identifyVisitor: IdentifyVisitor
  readonly answerBootloader: AnswerBootloader
}

export function addVisitorRoutes(app: FastifyInstance, options: VisitorRouteOptions): void {
  app.get('/api/bootloader', (request, reply) => answerBootloader(request, reply, options.answerBootloader))
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
  app.post('/conversations/:id/read', (request: ConversationRequest, reply) =>
    answerRead(visitorOf(request), request, reply, options),
  )
  app.get('/conversations/:id/messages', (request: ConversationRequest, reply) =>
    answerMessages(visitorOf(request), request, reply, options),
  )
}

async function answerBootloader(request: FastifyRequest, reply: FastifyReply, answer: AnswerBootloader) {
  const answered = await answer(request, publicOf(request).org)
  if (answered.kind === 'refused') return refuse(reply, answered.code, answered)
  return reply.headers(bootloaderHeaders).send(answered.text)
}

async function answerOpen(request: FastifyRequest, reply: FastifyReply, options: VisitorRouteOptions) {
  const principal = visitorOf(request)
  const header = readVisitorHeader(request)
  const visitor =
    header.kind === 'given'
      ? options.identifyVisitor(principal.org.id, header.visitorId)
      : identifiedBy(principal.visitorId)
  if (!visitor)
    return refuse(reply, 'visitor_invalid', {
      hint: `Send the visitor's id, "v_" and a random UUID, as ${headers.visitorId}.`,
    })
  const key = decodeIdempotencyKey(readIdempotencyKey(request))
  if (key.kind === 'refused') return refuse(reply, key.code, key)
  const opened = await options.conversations.openConversation(principal, visitor, key.value)
  if (opened.kind === 'refused') return refuse(reply, opened.code, opened)
  return reply.code(opened.created ? 201 : 200).send(asVisitorSees(opened.conversation))
}
