import { type AgentConversation, limits, type OrgId } from '@helvino/protocol'
import type { Kysely } from 'kysely'
import type { ConversationFilter, ConversationListPage } from './contract.ts'
import { conversationOf } from './rows.ts'
import { conversationView } from './statements.ts'
import type { Tables } from './tables.ts'

const encodeCursor = ({ activeAt, id }: AgentConversation): string => `${String(Date.parse(activeAt))}_${id}`

function decodeCursor(cursor: string): { readonly activeAtMs: number; readonly id: string } | undefined {
  const match = /^(\d{1,15})_([\w-]{1,64})$/.exec(cursor)
  return match ? { activeAtMs: Number(match[1]), id: match[2] ?? '' } : undefined
}

/** A cursor that this store did not make is at the end: an empty page, rather than the first one over and over. */
export async function listConversations(
  kysely: Kysely<Tables>,
  orgId: OrgId,
  filter: ConversationFilter,
): Promise<ConversationListPage> {
  const limit = Math.min(Math.max(filter.limit, 1), limits.pageConversations)
  const { status } = filter
  let query = kysely
    .selectFrom('conversations')
    .select(conversationView)
    .where('org_id', '=', orgId)
    .orderBy('active_at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
  if (status !== undefined) query = query.where('status', '=', status)
  if (filter.unreadOnly) query = query.whereRef('latest_sequence', '>', 'read_sequence')
  if (filter.cursor !== undefined) {
    const from = decodeCursor(filter.cursor)
    if (!from) return { conversations: [], nextCursor: undefined }
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('active_at_ms', 'id'), '<', tuple(from.activeAtMs, from.id)),
    )
  }
  const rows = await query.execute()
  const conversations = rows.slice(0, limit).map(conversationOf)
  const last = conversations.at(-1)
  return { conversations, nextCursor: rows.length > limit && last ? encodeCursor(last) : undefined }
}
