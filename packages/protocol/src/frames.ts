import type { AgentConversation, Conversation } from './conversation.ts'
import {
  decodeConversationId,
  decodeMessageId,
  decodeSequence,
  type ConversationId,
  type MessageId,
  type Sequence,
} from './ids.ts'
import { limits } from './limits.ts'
import type { GoneFrame } from './gone.ts'
import { decodeMessage, type Message } from './message.ts'
import { asRecord, asString, decodeList, jsonText, parseJson } from './record.ts'
import type { NoteFrame } from './note.ts'
import type { TypingFrame } from './typing.ts'
import type { VisitorFrame } from './visitor.ts'

/** How far a client has seen a conversation. */
export interface ResumePoint {
  readonly id: ConversationId
  readonly after: Sequence
  /** The message at `after`, where there is one: in a store that was set back to an older copy another has its place. */
  readonly messageId?: MessageId
}

/** What became of one resume point: `recovered: false` means "too far behind, fetch the pages". */
export interface ResumeAnswer {
  readonly id: ConversationId
  readonly latestSequence: Sequence
  readonly recovered: boolean
}

/** From client to server. */
export type ClientFrame =
  | {
      readonly type: 'hello'
      readonly protocol: number
      readonly token: string
      readonly audience: 'visitor' | 'agent'
      readonly conversations: readonly ResumePoint[]
    }
  | { readonly type: 'renew'; readonly token: string }
  | { readonly type: 'ping' }
  /** Somebody writes here. At most one in `typingLimits.everyMs`. */
  | { readonly type: 'typing'; readonly conversationId: ConversationId }

/** From server to client. */
export type ServerFrame =
  | { readonly type: 'ready'; readonly protocol: number; readonly conversations: readonly ResumeAnswer[] }
  | { readonly type: 'renewed' }
  | { readonly type: 'pong' }
  | { readonly type: 'message'; readonly message: Message }
  | { readonly type: 'conversation'; readonly conversation: Conversation | AgentConversation }
  | TypingFrame
  | VisitorFrame
  | NoteFrame
  | GoneFrame

function decodeResumePoint(value: unknown): ResumePoint | undefined {
  const record = asRecord(value)
  const id = decodeConversationId(record?.['id'])
  const after = decodeSequence(record?.['after'])
  const messageId = decodeMessageId(record?.['messageId'])
  return id && after !== undefined ? { id, after, ...(messageId && { messageId }) } : undefined
}

function decodeHello(record: Readonly<Record<string, unknown>>): ClientFrame | undefined {
  const orgToken = asString(record['orgToken'])
  const agentToken = asString(record['agentToken'])
  const token = orgToken ?? agentToken
  const conversations = decodeList(record['conversations'] ?? [], decodeResumePoint)
  if (token === undefined || !conversations || conversations.length > limits.helloConversations) return undefined
  // Each point is worth a replay: one conversation named many times would be a long answer to a short frame.
  if (new Set(conversations.map(({ id }) => id)).size < conversations.length) return undefined
  const protocol = typeof record['protocol'] === 'number' ? record['protocol'] : 1
  return { type: 'hello', protocol, token, audience: orgToken === undefined ? 'agent' : 'visitor', conversations }
}

/** Decodes one frame from a client; `undefined` is a reason to close with `closeCodes.badFrame`. */
export function decodeClientFrame(text: string): ClientFrame | undefined {
  const record = asRecord(parseJson(text))
  switch (record?.['type']) {
    case 'hello':
      return decodeHello(record)
    case 'renew': {
      const token = asString(record['token'])
      return token === undefined ? undefined : { type: 'renew', token }
    }
    case 'ping':
      return { type: 'ping' }
    case 'typing': {
      const conversationId = decodeConversationId(record['conversationId'])
      return conversationId && { type: 'typing', conversationId }
    }
    default:
      return undefined
  }
}

/** The text of a frame to the server. On the wire `hello` names its token by audience: `orgToken` or `agentToken`. */
export function encodeClientFrame(frame: ClientFrame): string {
  if (frame.type !== 'hello') return jsonText(frame)
  const { token, audience, ...rest } = frame
  return jsonText({ ...rest, [audience === 'visitor' ? 'orgToken' : 'agentToken']: token })
}

function decodeResumeAnswer(value: unknown): ResumeAnswer | undefined {
  const record = asRecord(value)
  const id = decodeConversationId(record?.['id'])
  const latestSequence = decodeSequence(record?.['latestSequence'])
  return id && latestSequence !== undefined
    ? { id, latestSequence, recovered: record?.['recovered'] === true }
    : undefined
}

/**
 * Decodes one frame from the server; `undefined` for one that a newer server sends and this client can leave aside, and for `typing`, `visitor`,
 * `note` and `gone`, which have decoders of their own, so that a page which shows none of them need not carry them. `decodeConversation`: one
 * conversation, as whoever listens may see it.
 */
export function decodeServerFrame(
  text: string,
  decodeConversation: (value: unknown) => Conversation | AgentConversation | undefined,
): ServerFrame | undefined {
  const record = asRecord(parseJson(text))
  switch (record?.['type']) {
    case 'ready': {
      const conversations = decodeList(record['conversations'], decodeResumeAnswer)
      const protocol = typeof record['protocol'] === 'number' ? record['protocol'] : 1
      return conversations && { type: 'ready', protocol, conversations }
    }
    case 'renewed':
    case 'pong':
      return { type: record['type'] }
    case 'message': {
      const message = decodeMessage(record['message'])
      return message && { type: 'message', message }
    }
    case 'conversation': {
      const conversation = decodeConversation(record['conversation'])
      return conversation && { type: 'conversation', conversation }
    }
    default:
      return undefined
  }
}
