import { limits } from '@helvino/protocol'
import type { Kysely } from 'kysely'
import type { ConversationView, Tables } from './tables.ts'

// In the code rather than in the database: SQLite folds the case of A to Z only, PostgreSQL as its locale wants it.
const folded = (text: string): string => text.normalize('NFC').toLowerCase()

/** What of a conversation's own row is searched. */
const searchedOf = ({ visitor_id, visitor_name, visitor_email }: ConversationView): readonly string[] => [
  visitor_id,
  visitor_name ?? '',
  visitor_email ?? '',
]

/**
 * Those of `rows` in which `query` stands, in whatever case: in the visitor's public id, name or e-mail address, or in one of the newest
 * `limits.searchedMessages` messages. One statement, however many rows they are.
 */
export async function searchAmong<Row extends ConversationView>(
  kysely: Kysely<Tables>,
  rows: readonly Row[],
  query: string,
): Promise<readonly Row[]> {
  const [first] = rows
  if (!first) return []
  const wanted = folded(query)
  const found = new Set(
    rows.filter((row) => searchedOf(row).some((text) => folded(text).includes(wanted))).map(({ id }) => id),
  )
  const rest = rows.flatMap(({ id }) => (found.has(id) ? [] : [id]))
  if (rest.length > 0) {
    const messages = await kysely
      .selectFrom('conversations')
      .innerJoin('messages', (join) =>
        join
          .onRef('messages.org_id', '=', 'conversations.org_id')
          .onRef('messages.conversation_id', '=', 'conversations.id'),
      )
      .select(['messages.conversation_id', 'messages.content'])
      .where('conversations.org_id', '=', first.org_id)
      .where('conversations.id', 'in', rest)
      .where(({ eb, ref }) =>
        eb('messages.sequence', '>', eb(ref('conversations.latest_sequence'), '-', limits.searchedMessages)),
      )
      .execute()
    for (const { conversation_id, content } of messages)
      if (!found.has(conversation_id) && folded(content).includes(wanted)) found.add(conversation_id)
  }
  return rows.filter(({ id }) => found.has(id))
}
