import type {
  AgentConversation,
  ClientMessageId,
  ConversationId,
  Message,
  MessageId,
  OrgId,
  PublicVisitorId,
  Sequence,
  WidgetConfig,
} from '@helvino/protocol'
import type { Org } from './contract.ts'
import type { ConversationRow, MessageRow, OrgRow } from './tables.ts'

// Decoders of what this store wrote itself: the brands were proven before the row was stored.

// What `conversationOf` reads; the key that made the conversation is the database's own.
export const conversationColumns = [
  'org_id',
  'id',
  'visitor_id',
  'status',
  'created_at_ms',
  'active_at_ms',
  'latest_sequence',
  'read_sequence',
  'preview',
  'assignee_id',
] as const

export const isoTime = (ms: number): string => new Date(ms).toISOString()

export const orgOf = (row: OrgRow): Org => ({
  id: row.id as OrgId,
  key: row.key,
  siteId: row.site_id,
  name: row.name,
  enabled: row.enabled === 1,
  config: JSON.parse(row.config) as WidgetConfig,
  allowedOrigins: JSON.parse(row.allowed_origins) as string[],
  validFromMs: row.valid_from_ms,
})

export const orgRow = (org: Org): OrgRow => ({
  id: org.id,
  key: org.key,
  site_id: org.siteId,
  name: org.name,
  enabled: org.enabled ? 1 : 0,
  config: JSON.stringify(org.config),
  allowed_origins: JSON.stringify(org.allowedOrigins),
  valid_from_ms: org.validFromMs,
})

export const conversationOf = (row: ConversationRow): AgentConversation => ({
  id: row.id as ConversationId,
  createdAt: isoTime(row.created_at_ms),
  status: row.status,
  latestSequence: row.latest_sequence as Sequence,
  visitorId: row.visitor_id as PublicVisitorId,
  readSequence: row.read_sequence as Sequence,
  preview: row.preview,
  activeAt: isoTime(row.active_at_ms),
  assigneeId: row.assignee_id,
})

export const messageOf = (row: Omit<MessageRow, 'author_id'>): Message => ({
  id: row.id as MessageId,
  conversationId: row.conversation_id as ConversationId,
  sequence: row.sequence as Sequence,
  role: row.role,
  kind: row.kind,
  content: row.content,
  attachments: [],
  timestamp: isoTime(row.created_at_ms),
  clientMessageId: row.client_message_id as ClientMessageId | null,
})
