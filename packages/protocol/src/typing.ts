import { decodeConversationId, type ConversationId } from './ids.ts'
import { asRecord, asString, parseJson } from './record.ts'

/** Somebody is writing in a conversation. It is never stored, says nothing of the text, and ends by itself. */
export interface TypingFrame {
  readonly type: 'typing'
  readonly conversationId: ConversationId
  /** Who writes: `user` is the visitor, `agent` a person who answers. */
  readonly role: 'user' | 'agent'
  /** What a colleague is called, among agents; a visitor is told no name. */
  readonly name?: string
}

export const typingLimits = {
  /** Between two frames of a client that goes on writing, in ms. */
  everyMs: 3_000,
  /** A server takes one frame of a session in so long, in ms; another one is dropped. */
  takenEveryMs: 2_000,
  /** Who has not been heard of for so long, in ms, has stopped writing: one lost frame does not end it. */
  lastsMs: 7_000,
  /** Characters of a name. */
  nameLength: 80,
} as const

/** Decodes a `typing` frame from the server; `undefined` for every other. */
export function decodeTyping(text: string): TypingFrame | undefined {
  const record = asRecord(parseJson(text))
  const conversationId = decodeConversationId(record?.['conversationId'])
  const role = record?.['role']
  const name = asString(record?.['name'])?.slice(0, typingLimits.nameLength)
  if (record?.['type'] !== 'typing' || !conversationId || (role !== 'user' && role !== 'agent')) return undefined
  return { type: 'typing', conversationId, role, ...(name !== undefined && { name }) }
}
