import { headers, limits } from '@helvino/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Random } from '@helvino/runtime'
import type { Assignment } from '../conversations/assignment.ts'
import { storableContent } from '../conversations/content.ts'
import type { Notes } from '../conversations/notes.ts'
import { refusedByStore } from '../conversations/refused.ts'
import type { Store } from '../store/contract.ts'
import { decodeAssignBody, decodeNoteBody, decodeReplyBody } from './decode-desk.ts'
import { type ConversationRequest, conversationIdOf } from './message-routes.ts'
import { refuse } from './refuse.ts'
import { agentOf } from './request-state.ts'

export interface DeskRouteOptions {
  readonly assignment: Assignment
  readonly notes: Notes
  readonly store: Store
  readonly random: Random
}

type ReplyRequest = FastifyRequest<{ Params: { id: string } }>

/** What agents work with beside the messages: whose task a conversation is, private notes and saved replies. */
export function addDeskRoutes(app: FastifyInstance, options: DeskRouteOptions): void {
  const { store } = options
  const conversation = '/api/agent/conversations/:id'
  app.get('/api/agent/counts', (request) => {
    const { orgId, userId } = agentOf(request)
    return store.ofOrg(orgId).countConversations(userId)
  })
  app.post(`${conversation}/assign`, (request: ConversationRequest, reply) => answerAssign(request, reply, options))
  app.get(`${conversation}/notes`, (request: ConversationRequest, reply) => answerNotes(request, reply, options))
  app.post(`${conversation}/notes`, (request: ConversationRequest, reply) => answerNote(request, reply, options))
  app.get('/api/agent/replies', (request) => readReplies(request, store))
  app.put('/api/agent/replies/:id', (request: ReplyRequest, reply) => answerReply(request, reply, options))
  app.delete('/api/agent/replies/:id', (request: ReplyRequest, reply) => answerDelete(request, reply, options))
}

async function answerAssign(request: ConversationRequest, reply: FastifyReply, { assignment }: DeskRouteOptions) {
  const id = conversationIdOf(request)
  if (id === undefined) return refuse(reply, 'not_found')
  const body = decodeAssignBody(request.body)
  if (!body)
    return refuse(reply, 'request_invalid', {
      message: '"userId" is the id of a member of the team, or null for nobody.',
    })
  const assigned = await assignment.assign(agentOf(request), id, body.userId)
  if (assigned.kind === 'refused') return refuse(reply, assigned.code, assigned)
  return reply.send({ conversation: assigned.conversation })
}

async function answerNotes(request: ConversationRequest, reply: FastifyReply, { notes }: DeskRouteOptions) {
  const id = conversationIdOf(request)
  if (id === undefined) return refuse(reply, 'not_found')
  const listed = await notes.listNotes(agentOf(request), id)
  if (listed.kind === 'refused') return refuse(reply, listed.code, listed)
  return reply.send({ notes: listed.notes })
}

async function answerNote(request: ConversationRequest, reply: FastifyReply, { notes }: DeskRouteOptions) {
  const conversationId = conversationIdOf(request)
  if (conversationId === undefined) return refuse(reply, 'not_found')
  const body = decodeNoteBody(request.body)
  if (!body)
    return refuse(reply, 'request_invalid', {
      message: 'Send "content" and a "clientNoteId" of A-Z, a-z, 0-9, "_" and "-".',
    })
  const added = await notes.addNote(agentOf(request), { conversationId, ...body })
  if (added.kind === 'refused') return refuse(reply, added.code, added)
  if (added.replayed) void reply.header(headers.idempotentReplayed, 'true')
  return reply.code(added.replayed ? 200 : 201).send(added.note)
}

const readReplies = async (request: FastifyRequest, store: Store) => ({
  replies: await store.ofOrg(agentOf(request).orgId).listReplies(),
})

async function answerReply(request: ReplyRequest, reply: FastifyReply, { store, random }: DeskRouteOptions) {
  const body = decodeReplyBody(request.params.id, request.body)
  if (!body)
    return refuse(reply, 'request_invalid', {
      message: 'Send "content" and a "shortcut" of 1 to 32 of a-z, 0-9 and "-".',
    })
  const content = storableContent(body.content)
  if (content === undefined) return refuse(reply, 'content_invalid')
  const put = await store.ofOrg(agentOf(request).orgId).putReply({ ...body, content })
  switch (put.kind) {
    case 'written':
      return reply.send(await readReplies(request, store))
    case 'shortcut-taken':
      return refuse(reply, 'shortcut_taken')
    case 'too-many':
      return refuse(reply, 'limit_reached', { message: `At most ${String(limits.orgReplies)} replies are kept.` })
    case 'unavailable': {
      const refused = refusedByStore(put, random)
      return refuse(reply, refused.code, refused)
    }
  }
}

async function answerDelete(request: ReplyRequest, reply: FastifyReply, { store, random }: DeskRouteOptions) {
  const deleted = await store.ofOrg(agentOf(request).orgId).deleteReply(request.params.id)
  if (deleted.kind === 'no-reply') return refuse(reply, 'not_found')
  if (deleted.kind === 'unavailable') {
    const refused = refusedByStore(deleted, random)
    return refuse(reply, refused.code, refused)
  }
  return reply.send(await readReplies(request, store))
}
