import {
  type ClientMessageId,
  type ConversationId,
  limits,
  type PublicVisitorId,
  type Sequence,
} from '@helvino/protocol'
import type { ConversationFilter, NewMessage, OrgRepository, NewProfile } from '../src/store/contract.ts'
import type { NewNote } from '../src/store/desk-contract.ts'

export const startMs = Date.UTC(2026, 0, 5, 9)

export const visitor = (name: string) => ({ visitorId: `p_${name}` as PublicVisitorId, visitorHash: `hash_${name}` })

export async function openFor(repository: OrgRepository, name: string, idempotencyKey?: string) {
  const result = await repository.openConversation({ ...visitor(name), idempotencyKey, nowMs: startMs })
  if (result.kind !== 'opened') throw new Error(result.kind)
  return result
}

export const text = (conversationId: ConversationId, content: string, more: Partial<NewMessage> = {}): NewMessage => ({
  conversationId,
  visitorId: undefined,
  role: 'user',
  authorId: undefined,
  content,
  clientMessageId: undefined,
  nowMs: startMs,
  ...more,
})

export const key = (value: string) => value as ClientMessageId
export const at = (value: number) => value as Sequence
export const newest = { after: undefined, before: undefined, limit: limits.pageMessages }
export const everything: ConversationFilter = {
  ...{ status: undefined, unreadOnly: false, assigneeId: undefined, query: undefined },
  ...{ cursor: undefined, limit: limits.pageConversations },
}

export const noteLike = (conversationId: ConversationId, more: Partial<NewNote> = {}): NewNote => ({
  ...{ conversationId, authorId: 'u1', authorName: 'Ada', content: 'a note' },
  ...{ clientNoteId: key('n1'), nowMs: startMs },
  ...more,
})

export const profile = (name: string, more: Partial<NewProfile> = {}): NewProfile => ({
  visitorId: visitor(name).visitorId,
  browser: null,
  nowMs: startMs,
  ...more,
})
