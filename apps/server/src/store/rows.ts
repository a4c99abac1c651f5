import {
  type AgentConversation,
  type ClientMessageId,
  type ConversationId,
  defaultWidgetConfig,
  type Message,
  type MessageId,
  type OrgId,
  type PublicVisitorId,
  type Sequence,
  type VisitorProfile,
  type WidgetConfig,
} from '@helvino/protocol'
import type { Org } from './contract.ts'
import type { ConversationView, MessageRow, OrgRow, ProfileRow } from './tables.ts'

// Decoders of what this store wrote itself: the brands were proven before the row was stored.

export const isoTime = (ms: number): string => new Date(ms).toISOString()

export const orgOf = (row: OrgRow): Org => ({
  id: row.id as OrgId,
  key: row.key,
  siteId: row.site_id,
  name: row.name,
  enabled: row.enabled === 1,
  // What an older version has kept lacks what is newer.
  config: { ...defaultWidgetConfig, ...(JSON.parse(row.config) as Partial<WidgetConfig>) },
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

export const conversationOf = (row: ConversationView): AgentConversation => ({
  id: row.id as ConversationId,
  createdAt: isoTime(row.created_at_ms),
  status: row.status,
  latestSequence: row.latest_sequence as Sequence,
  visitorId: row.visitor_id as PublicVisitorId,
  visitorName: row.visitor_name,
  visitorEmail: row.visitor_email,
  readSequence: row.read_sequence as Sequence,
  visitorReadSequence: row.visitor_read_sequence as Sequence,
  preview: row.preview,
  activeAt: isoTime(row.active_at_ms),
  assigneeId: row.assignee_id,
})

export const profileOf = (row: ProfileRow): VisitorProfile => ({
  visitorId: row.visitor_id as PublicVisitorId,
  name: row.name,
  email: row.email,
  language: row.language,
  browser: row.browser,
  // Both are written, or neither.
  page: row.page_url === null || row.page_title === null ? null : { url: row.page_url, title: row.page_title },
  firstSeenAt: isoTime(row.first_seen_at_ms),
  lastSeenAt: isoTime(row.last_seen_at_ms),
})

export const messageOf = (row: MessageRow): Message => ({
  id: row.id as MessageId,
  conversationId: row.conversation_id as ConversationId,
  sequence: row.sequence as Sequence,
  role: row.role,
  kind: row.kind,
  content: row.content,
  attachments: [],
  timestamp: isoTime(row.created_at_ms),
  clientMessageId: row.client_message_id as ClientMessageId | null,
  authorId: row.author_id ?? undefined,
})
