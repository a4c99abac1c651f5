import {
  decodeConversationId,
  decodeSequence,
  type ConversationId,
  type PublicVisitorId,
  type Sequence,
} from './ids.ts'
import { asRecord, asString, decodeList } from './record.ts'

export type ConversationStatus = 'open' | 'resolved'

/** A conversation as its visitor sees it. */
export interface Conversation {
  readonly id: ConversationId
  /** ISO 8601, UTC. */
  readonly createdAt: string
  readonly status: ConversationStatus
  readonly latestSequence: Sequence
  /** Everything up to here has been read by an agent. */
  readonly readSequence: Sequence
}

/** A conversation as an agent sees it in the list. */
export interface AgentConversation extends Conversation {
  readonly visitorId: PublicVisitorId
  /** What the visitor has told of themselves; `null`: nothing. */
  readonly visitorName: string | null
  readonly visitorEmail: string | null
  /** Everything up to here has been read by the visitor. */
  readonly visitorReadSequence: Sequence
  /** Start of the newest message, at most `limits.previewLength` characters; empty before the first. */
  readonly preview: string
  /** When the newest message was stored, or the conversation made: ISO 8601, UTC. */
  readonly activeAt: string
  /** The agent whose task it is, by their user id; `null`: nobody's yet. */
  readonly assigneeId: string | null
}

export function decodeConversation(value: unknown): Conversation | undefined {
  const record = asRecord(value)
  const id = decodeConversationId(record?.['id'])
  const createdAt = asString(record?.['createdAt'])
  if (!record || !id || createdAt === undefined) return undefined
  return {
    id,
    createdAt,
    status: record['status'] === 'resolved' ? 'resolved' : 'open',
    // An older server does not count: nothing is known to exist yet.
    latestSequence: decodeSequence(record['latestSequence']) ?? (0 as Sequence),
    readSequence: decodeSequence(record['readSequence']) ?? (0 as Sequence),
  }
}

export function decodeAgentConversation(value: unknown): AgentConversation | undefined {
  const conversation = decodeConversation(value)
  const record = asRecord(value)
  const visitorId = asString(record?.['visitorId'])
  const preview = asString(record?.['preview'])
  const activeAt = asString(record?.['activeAt'])
  if (!conversation || visitorId === undefined || preview === undefined) return undefined
  return {
    ...conversation,
    visitorId: visitorId as PublicVisitorId,
    visitorName: asString(record?.['visitorName']) ?? null,
    visitorEmail: asString(record?.['visitorEmail']) ?? null,
    visitorReadSequence: decodeSequence(record?.['visitorReadSequence']) ?? (0 as Sequence),
    preview,
    activeAt: activeAt ?? conversation.createdAt,
    assigneeId: asString(record?.['assigneeId']) ?? null,
  }
}

/** `decode`: one conversation, as whoever asks may see it. */
export const decodeConversationList = <Seen extends Conversation>(
  value: unknown,
  decode: (value: unknown) => Seen | undefined,
): Seen[] | undefined => decodeList(asRecord(value)?.['conversations'], decode)
