import type { ClientBase } from 'pg'
import type { ForeignChange } from '../changes.ts'
import { conversationOf, messageOf } from '../rows.ts'
import type { ConversationView, MessageRow } from '../tables.ts'
import { visitorColumnsSql } from './visitor-columns.ts'
import type { ChangedRange } from './notifications.ts'

const conversationsSql = `
  SELECT c.org_id, c.id, c.visitor_id, c.status, c.created_at_ms, c.active_at_ms, c.latest_sequence, c.read_sequence,
    c.visitor_read_sequence, c.preview, c.assignee_id, ${visitorColumnsSql}
  FROM conversations AS c
  WHERE (c.org_id, c.id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`

const messagesSql = `
  SELECT m.*
  FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) AS w (org_id, conversation_id, first, last)
  JOIN messages AS m USING (org_id, conversation_id)
  WHERE m.sequence BETWEEN w.first AND w.last
  ORDER BY m.sequence`

// No id holds a space.
const keyOf = (orgId: string, conversationId: string): string => `${orgId} ${conversationId}`

/** What these ranges hold, in their order, in two statements however many they are. */
export async function readChanges(
  client: ClientBase,
  ranges: readonly ChangedRange[],
): Promise<readonly ForeignChange[]> {
  const ids = [ranges.map(({ orgId }) => orgId), ranges.map(({ conversationId }) => conversationId)]
  const edges = [ranges.map(({ first }) => first), ranges.map(({ last }) => last)]
  // The messages first: a conversation that is read after them is never behind them.
  const stored = await client.query<MessageRow>({
    name: 'changed_messages',
    text: messagesSql,
    values: [...ids, ...edges],
  })
  const changed = await client.query<ConversationView>({
    name: 'changed_conversations',
    text: conversationsSql,
    values: ids,
  })
  const conversations = new Map(changed.rows.map((row) => [keyOf(row.org_id, row.id), row]))
  const messages = Map.groupBy(stored.rows, (row) => keyOf(row.org_id, row.conversation_id))
  return ranges.flatMap(({ orgId, conversationId, first, last, audience }) => {
    const key = keyOf(orgId, conversationId)
    const row = conversations.get(key)
    if (!row) return []
    const own = (messages.get(key) ?? []).filter(({ sequence }) => sequence >= first && sequence <= last)
    return [{ orgId, conversation: conversationOf(row), messages: own.map(messageOf), audience }]
  })
}
