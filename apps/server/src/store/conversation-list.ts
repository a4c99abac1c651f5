import { limits, type OrgId } from '@helvino/protocol'
import type { Kysely } from 'kysely'
import type { ConversationFilter, ConversationListPage } from './contract.ts'
import { searchAmong } from './conversation-search.ts'
import { conversationOf } from './rows.ts'
import { conversationView } from './conversation-view.ts'
import type { ConversationView, Tables } from './tables.ts'

/** Conversations that a search looks through in one turn of the event loop: a few ms at most. */
const searchedInOneTurn = 20

const encodeCursor = ({ active_at_ms, id }: ConversationView): string => `${String(active_at_ms)}_${id}`

interface Place {
  readonly activeAtMs: number
  readonly id: string
}

function decodeCursor(cursor: string): Place | undefined {
  const match = /^(\d{1,15})_([\w-]{1,64})$/.exec(cursor)
  return match ? { activeAtMs: Number(match[1]), id: match[2] ?? '' } : undefined
}

/** Rows behind `from`, the most recently active first. */
function rowsBehind(
  kysely: Kysely<Tables>,
  orgId: OrgId,
  { status, unreadOnly, assigneeId }: ConversationFilter,
  from: Place | undefined,
  limit: number,
): Promise<ConversationView[]> {
  let query = kysely
    .selectFrom('conversations')
    .select(conversationView)
    .where('org_id', '=', orgId)
    .orderBy('active_at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
  if (status !== undefined) query = query.where('status', '=', status)
  if (unreadOnly) query = query.whereRef('latest_sequence', '>', 'read_sequence')
  if (assigneeId === null) query = query.where('assignee_id', 'is', null)
  else if (assigneeId !== undefined) query = query.where('assignee_id', '=', assigneeId)
  if (from !== undefined)
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('active_at_ms', 'id'), '<', tuple(from.activeAtMs, from.id)),
    )
  return query.execute()
}

const pageOf = (rows: readonly ConversationView[], next: ConversationView | undefined): ConversationListPage => ({
  conversations: rows.map(conversationOf),
  nextCursor: next && encodeCursor(next),
})

/**
 * A cursor that this store did not make is at the end: an empty page, rather than the first one over and over. A search ends
 * after `limits.searchedConversations`, found or not, and its cursor goes on from there. `pause` lets others have a turn.
 */
export async function listConversations(
  kysely: Kysely<Tables>,
  orgId: OrgId,
  filter: ConversationFilter,
  pause: () => Promise<void>,
): Promise<ConversationListPage> {
  const limit = Math.min(Math.max(filter.limit, 1), limits.pageConversations)
  let from = filter.cursor === undefined ? undefined : decodeCursor(filter.cursor)
  if (filter.cursor !== undefined && !from) return { conversations: [], nextCursor: undefined }
  if (filter.query === undefined) {
    const rows = await rowsBehind(kysely, orgId, filter, from, limit + 1)
    const page = rows.slice(0, limit)
    return pageOf(page, rows.length > limit ? page.at(-1) : undefined)
  }
  const found: ConversationView[] = []
  for (let searched = 0; ; searched += searchedInOneTurn) {
    const rows = await rowsBehind(kysely, orgId, filter, from, searchedInOneTurn + 1)
    const slice = rows.slice(0, searchedInOneTurn)
    found.push(...(await searchAmong(kysely, slice, filter.query)))
    if (found.length > limit) return pageOf(found.slice(0, limit), found[limit - 1])
    const last = slice.at(-1)
    if (!last || rows.length <= searchedInOneTurn) return pageOf(found, undefined)
    if (found.length === limit || searched + searchedInOneTurn >= limits.searchedConversations)
      return pageOf(found, last)
    from = { activeAtMs: last.active_at_ms, id: last.id }
    await pause()
  }
}
