import {
  decodeClientMessageId,
  decodeConversationId,
  decodeMessageId,
  decodeSequence,
  type ClientMessageId,
  type ConversationId,
  type MessageId,
  type Sequence,
} from './ids.ts'
import { asRecord, asString, decodeList } from './record.ts'

/** `user` is the visitor, `agent` a person who answers, `system` the product itself. */
export type MessageRole = 'user' | 'agent' | 'system'

/** One stored message, as every party sees it. */
export interface Message {
  readonly id: MessageId
  readonly conversationId: ConversationId
  readonly sequence: Sequence
  readonly role: MessageRole
  readonly kind: string
  readonly content: string
  readonly attachments: readonly unknown[]
  /** When the server stored it: ISO 8601, UTC. For people; order comes from `sequence`. */
  readonly timestamp: string
  readonly clientMessageId: ClientMessageId | null
  /** User id of the agent who wrote it. Told to agents only, and unknown of some old ones. */
  readonly authorId?: string | undefined
}

// A role that a newer server knows and we do not is shown as the product's own word rather than dropped: a dropped
// message would look like a gap in the sequence, and be fetched for ever.
const decodeRole = (value: unknown): MessageRole => (value === 'user' || value === 'agent' ? value : 'system')

export function decodeMessage(value: unknown): Message | undefined {
  const record = asRecord(value)
  const id = decodeMessageId(record?.['id'])
  const conversationId = decodeConversationId(record?.['conversationId'])
  const sequence = decodeSequence(record?.['sequence'])
  const content = asString(record?.['content'])
  const timestamp = asString(record?.['timestamp'])
  if (!record || !id || !conversationId || sequence === undefined || content === undefined || timestamp === undefined)
    return undefined
  return {
    id,
    conversationId,
    sequence,
    role: decodeRole(record['role']),
    kind: asString(record['kind']) ?? 'text',
    content,
    attachments: Array.isArray(record['attachments']) ? record['attachments'] : [],
    timestamp,
    clientMessageId: decodeClientMessageId(record['clientMessageId']) ?? null,
    authorId: asString(record['authorId']),
  }
}

/** Answer to `GET …/messages`. */
export interface MessagePage {
  readonly messages: readonly Message[]
  readonly latestSequence: Sequence
}

export function decodeMessagePage(value: unknown): MessagePage | undefined {
  const record = asRecord(value)
  const messages = decodeList(record?.['messages'], decodeMessage)
  const latestSequence = decodeSequence(record?.['latestSequence'])
  return messages && latestSequence !== undefined ? { messages, latestSequence } : undefined
}

/** What any server, however old, says of a message that it took: an older one sends neither sequence nor key. */
export interface PostedMessage {
  /** `undefined` where it named none in a form that we know. */
  readonly id: MessageId | undefined
  readonly sequence: Sequence | undefined
  readonly timestamp: string | undefined
}

// Lenient on purpose: with a 2xx the message is taken, and sending it again to a server that ignores its key would double it.
export function decodePostedMessage(value: unknown): PostedMessage | undefined {
  const record = asRecord(value)
  return (
    record && {
      id: decodeMessageId(record['id']),
      sequence: decodeSequence(record['sequence']),
      timestamp: asString(record['timestamp']),
    }
  )
}

/** What became of one message of a batch. */
export type BatchOutcome =
  | { readonly kind: 'answered'; readonly value: PostedMessage }
  /** This one was refused, with the code that it would have got by itself. */
  | { readonly kind: 'refused'; readonly code: string }

function decodeBatchOutcome(value: unknown): BatchOutcome | undefined {
  const record = asRecord(value)
  const posted = decodePostedMessage(record?.['message'])
  if (posted) return { kind: 'answered', value: posted }
  const code = asString(record?.['code'])
  return code === undefined ? undefined : { kind: 'refused', code }
}

/** Answer to `POST …/messages/batch`: what became of each message, in the order in which they came. */
export const decodeBatchAnswer = (value: unknown): readonly BatchOutcome[] | undefined =>
  decodeList(asRecord(value)?.['results'], decodeBatchOutcome)
