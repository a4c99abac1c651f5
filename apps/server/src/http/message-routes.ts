import { type ConversationId, decodeConversationId, headers, refusals } from '@helvino/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Recheck } from '../auth/authenticate.ts'
import type { AgentPrincipal, Conversations, VisitorPrincipal } from '../conversations/conversations.ts'
import type { Admission } from '../admission/admission.ts'
import { callerOf } from '../auth/principal.ts'
import { type Refused, refused } from '../conversations/refused.ts'
import { asVisitorSees, messageFor } from '../conversations/visitor-view.ts'
import { decodeBatchBody, decodeMessageBody, decodeReadBody } from './decode-body.ts'
import { decodeMessagesQuery, type MessagesQuery } from './decode-query.ts'
import { refuse } from './refuse.ts'
import { readCredentials, readIdempotencyKey } from './request-state.ts'
import type { WaitingReads } from './waiting-reads.ts'

export interface MessageRouteOptions {
  readonly conversations: Conversations
  readonly waitingReads: WaitingReads
  readonly recheck: Recheck
  readonly admission: Pick<Admission, 'oweMessages' | 'enterWaitingRead' | 'comeBackInMs'>
}

type Participant = VisitorPrincipal | AgentPrincipal

export type ConversationRequest = FastifyRequest<{ Params: { id: string } }>

export const conversationIdOf = (request: ConversationRequest) => decodeConversationId(request.params.id)

/** A message from a visitor or an agent: the same shape, the same idempotency. */
export async function answerPost(
  principal: Participant,
  request: ConversationRequest,
  reply: FastifyReply,
  { conversations }: MessageRouteOptions,
) {
  const conversationId = conversationIdOf(request)
  if (conversationId === undefined) return refuse(reply, 'not_found')
  const body = decodeMessageBody(request.body, readIdempotencyKey(request))
  if (body.kind === 'refused') return refuse(reply, body.code, body)
  const posted = await conversations.postMessage(principal, { conversationId, ...body.value })
  if (posted.kind === 'refused') return refuse(reply, posted.code, posted)
  if (posted.replayed) void reply.header(headers.idempotentReplayed, 'true')
  return reply.code(posted.replayed ? 200 : 201).send(messageFor(principal.kind, posted.message))
}

/** Several messages of one sender into one conversation: each is answered as it would be by itself. */
export async function answerBatch(
  principal: Participant,
  request: ConversationRequest,
  reply: FastifyReply,
  { conversations, admission }: MessageRouteOptions,
) {
  const conversationId = conversationIdOf(request)
  if (conversationId === undefined) return refuse(reply, 'not_found')
  const body = decodeBatchBody(request.body)
  if (body.kind === 'refused') return refuse(reply, body.code, body)
  const posted = await conversations.postMessages(
    principal,
    body.value.map((message) => ({ conversationId, ...message })),
  )
  if (posted.kind === 'refused') return refuse(reply, posted.code, posted)
  // The request was paid for; of what never came to the store nobody owes anything.
  admission.oweMessages(callerOf(principal), body.value.length - 1)
  const results = posted.outcomes.map((outcome) =>
    outcome.kind === 'accepted'
      ? { message: messageFor(principal.kind, outcome.message), replayed: outcome.replayed }
      : { error: refusals[outcome.code].error, code: outcome.code },
  )
  return reply.send({ results })
}

/** How far somebody has read. */
export async function answerRead(
  principal: Participant,
  request: ConversationRequest,
  reply: FastifyReply,
  { conversations }: MessageRouteOptions,
) {
  const id = conversationIdOf(request)
  if (id === undefined) return refuse(reply, 'not_found')
  const sequence = decodeReadBody(request.body)
  if (sequence === undefined)
    return refuse(reply, 'request_invalid', { message: '"sequence" is a whole number.', field: 'sequence' })
  const marked = await conversations.markRead(principal, id, sequence)
  if (marked.kind === 'refused') return refuse(reply, marked.code, marked)
  const { conversation } = marked
  return reply.send({ conversation: principal.kind === 'agent' ? conversation : asVisitorSees(conversation) })
}

/** One page of messages; with `after` and `waitMs` it waits for the next one where there is none yet. */
export async function answerMessages(
  principal: Participant,
  request: ConversationRequest,
  reply: FastifyReply,
  options: MessageRouteOptions,
) {
  const conversationId = conversationIdOf(request)
  if (conversationId === undefined) return refuse(reply, 'not_found')
  const query = decodeMessagesQuery(request.query)
  if (query === undefined) return refuse(reply, 'request_invalid', { message: 'A number in the address is malformed.' })
  const listed = await readMessages(principal, conversationId, query, request, options)
  if (listed.kind === 'refused') return refuse(reply, listed.code, listed)
  const messages = listed.page.messages.map((message) => messageFor(principal.kind, message))
  return reply.send({ ...listed.page, messages })
}

const tooManyReads = (comeBackInMs: number): Refused => ({
  ...refused('rate_limited', 'This visitor or agent waits for messages in too many places.'),
  retryAfterSeconds: Math.ceil(comeBackInMs / 1_000),
})

async function readMessages(
  principal: Participant,
  conversationId: ConversationId,
  { window, waitMs }: MessagesQuery,
  request: ConversationRequest,
  { conversations, waitingReads, recheck, admission }: MessageRouteOptions,
) {
  const read = () => conversations.listMessages(principal, conversationId, window)
  if (waitMs === 0 || window.after === undefined) return read()
  const orgId = principal.kind === 'agent' ? principal.orgId : principal.org.id
  const leavePlace = admission.enterWaitingRead(callerOf(principal))
  if (!leavePlace) return tooManyReads(admission.comeBackInMs())
  const waiting = waitingReads.wait(orgId, conversationId, window.after, waitMs)
  const { socket } = request.raw
  socket.once('close', waiting.cancel)
  try {
    const listed = await read()
    if (listed.kind === 'refused' || listed.page.messages.length > 0) return listed
    await waiting.woken
    // It was held for longer than a logout or a switch may take to act.
    const code = await recheck(principal, readCredentials(request))
    if (code !== undefined) return refused(code)
    return await read()
  } finally {
    leavePlace()
    waiting.cancel()
    socket.off('close', waiting.cancel)
  }
}
