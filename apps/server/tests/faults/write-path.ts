import type { ClientMessageId, ConversationId } from '@helvino/protocol'
import { expect } from 'vitest'
import type { VisitorIdentity } from '../../src/auth/visitor.ts'
import type { Conversations, VisitorPrincipal } from '../../src/conversations/conversations.ts'
import { orgLike } from '../../src/store/contract-suite.ts'

export const org = orgLike('a')

export interface Visitor {
  readonly principal: VisitorPrincipal
  readonly conversationId: ConversationId
}

/** A visitor with an open conversation of its own. */
export async function visitorCalled(conversations: Conversations, name: string): Promise<Visitor> {
  const identity = { visitorId: `p_${name}`, visitorHash: `hash_${name}` } as VisitorIdentity
  const principal = { kind: 'visitor', org, visitorId: identity.visitorId, issuedAtMs: 0, expiresAtMs: 1 } as const
  const opened = await conversations.openConversation(principal, identity, undefined)
  if (opened.kind !== 'opened') throw new Error(opened.code)
  return { principal, conversationId: opened.conversation.id }
}

/** Posts the text that belongs to the key. */
export const post = (conversations: Conversations, { principal, conversationId }: Visitor, key: string) =>
  conversations.postMessage(principal, {
    conversationId,
    role: 'user',
    content: `text ${key}`,
    clientMessageId: key as ClientMessageId,
  })

export interface StoredRow {
  readonly id: string
  readonly conversation: string
  readonly sequence: number
  readonly key: string
}

/** Of all messages, in the order of conversation and sequence; both databases understand it. */
export const storedSql =
  'SELECT id, conversation_id AS conversation, sequence, client_message_id AS key FROM messages ORDER BY conversation_id, sequence'

/** Nothing is half there: sequences are 1, 2, 3 … in each conversation, and its own count says the same. */
export function expectWhole(rows: readonly StoredRow[], counted: ReadonlyMap<string, number>, where: string): void {
  for (const [id, latest] of counted) {
    const sequences = rows.filter(({ conversation }) => conversation === id).map(({ sequence }) => sequence)
    expect(sequences, where).toEqual(Array.from({ length: latest }, (_unused, n) => n + 1))
  }
  expect(new Set(rows.map(({ key }) => key)).size, where).toBe(rows.length)
}
