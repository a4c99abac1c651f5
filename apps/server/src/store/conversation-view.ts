import type { ExpressionBuilder } from 'kysely'
import type { Tables } from './tables.ts'

// What `conversationOf` reads; the key that made the conversation is the database's own.
const conversationColumns = [
  'org_id',
  'id',
  'visitor_id',
  'status',
  'created_at_ms',
  'active_at_ms',
  'latest_sequence',
  'read_sequence',
  'visitor_read_sequence',
  'preview',
  'assignee_id',
] as const

/** What agents see of a conversation. Subqueries, which unlike an outer join can be locked and returned by a write. */
export function conversationView(query: ExpressionBuilder<Tables, 'conversations'>) {
  const profile = query
    .selectFrom('visitor_profiles')
    .whereRef('visitor_profiles.org_id', '=', 'conversations.org_id')
    .whereRef('visitor_profiles.visitor_id', '=', 'conversations.visitor_id')
  return [
    ...conversationColumns,
    profile.select('visitor_profiles.name').as('visitor_name'),
    profile.select('visitor_profiles.email').as('visitor_email'),
  ] as const
}
