import { type Append, type AppendOutcome, decideAppend } from '../append.ts'
import type { ConversationView, MessageRow } from '../tables.ts'
import { visitorColumnsSql } from './visitor-columns.ts'
import type { BoundValue, RunStatement } from './run-work.ts'

// One statement for many rows: each parameter is a column. Ordered, so that two servers lock the same rows in the same order.
const lockConversationsSql = `
  SELECT c.org_id, c.id, c.visitor_id, c.status, c.created_at_ms, c.active_at_ms, c.latest_sequence, c.read_sequence,
    c.visitor_read_sequence, c.preview, c.assignee_id, ${visitorColumnsSql}
  FROM conversations AS c
  WHERE (c.org_id, c.id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
  ORDER BY c.org_id, c.id
  FOR UPDATE OF c`

// The condition that is true of every match lets the planner use the partial index.
const findStoredSql = `
  SELECT m.* FROM messages AS m
  JOIN unnest($1::text[], $2::text[], $3::text[]) AS w (org_id, conversation_id, client_message_id)
    USING (org_id, conversation_id, client_message_id)
  WHERE m.client_message_id IS NOT NULL`

const storeSql = `
  WITH stored AS (
    INSERT INTO messages
      (org_id, conversation_id, sequence, id, role, kind, author_id, content, client_message_id, created_at_ms)
    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
      $9::text[], $10::bigint[])
  )
  UPDATE conversations AS c
  SET latest_sequence = w.latest_sequence, read_sequence = w.read_sequence, preview = w.preview,
    active_at_ms = w.active_at_ms, status = w.status
  FROM unnest($11::text[], $12::text[], $13::bigint[], $14::bigint[], $15::text[], $16::bigint[], $17::text[])
    AS w (org_id, id, latest_sequence, read_sequence, preview, active_at_ms, status)
  WHERE c.org_id = w.org_id AND c.id = w.id`

const messageColumns = [
  ...(['org_id', 'conversation_id', 'sequence', 'id', 'role', 'kind', 'author_id', 'content'] as const),
  ...(['client_message_id', 'created_at_ms'] as const),
] as const
const conversationColumns = [
  ...(['org_id', 'id', 'latest_sequence', 'read_sequence', 'preview', 'active_at_ms', 'status'] as const),
] as const

function columnsOf<Row>(
  rows: readonly Row[],
  names: readonly (keyof Row)[],
): (readonly Exclude<BoundValue, readonly unknown[]>[])[] {
  return names.map((name) => rows.map((row) => row[name] as Exclude<BoundValue, readonly unknown[]>))
}

// No id holds a space.
const keyOf = (...ids: readonly string[]): string => ids.join(' ')

/** Locks the conversations of the appends until the commit, and answers them by organisation and id. */
export async function lockConversations(
  run: RunStatement,
  appends: readonly Append[],
): Promise<Map<string, ConversationView>> {
  const wanted = new Map(
    appends.map(
      ({ orgId, message }) => [keyOf(orgId, message.conversationId), [orgId, message.conversationId]] as const,
    ),
  )
  const pairs = [...wanted.values()]
  const { rows } = await run(lockConversationsSql, [pairs.map(([orgId]) => orgId), pairs.map(([, id]) => id)])
  return new Map((rows as readonly ConversationView[]).map((row) => [keyOf(row.org_id, row.id), row]))
}

async function findStored(run: RunStatement, appends: readonly Append[]): Promise<Map<string, MessageRow>> {
  const keyed = appends.flatMap(({ orgId, message: { conversationId, clientMessageId } }) =>
    clientMessageId === undefined ? [] : [{ orgId, conversationId, clientMessageId }],
  )
  if (keyed.length === 0) return new Map()
  const { rows } = await run(findStoredSql, columnsOf(keyed, ['orgId', 'conversationId', 'clientMessageId']))
  return new Map(
    (rows as readonly MessageRow[]).map((row) => [
      keyOf(row.org_id, row.conversation_id, row.client_message_id ?? ''),
      row,
    ]),
  )
}

/** What a group of appends is decided by. */
export interface AppendsBefore {
  readonly conversations: ReadonlyMap<string, ConversationView>
  readonly stored: ReadonlyMap<string, MessageRow>
}

/**
 * Sends both statements at once; the database runs them one after the other. The conversations are locked before their messages are
 * read: what another server has stored before that is seen, and it stores nothing into them until this transaction ends.
 */
export async function readBefore(run: RunStatement, appends: readonly Append[]): Promise<AppendsBefore> {
  const [conversations, stored] = await Promise.all([lockConversations(run, appends), findStored(run, appends)])
  return { conversations, stored }
}

/** What becomes of each append, and what has to be written for them all. */
export interface AppendsDecision {
  readonly outcomes: readonly AppendOutcome[]
  readonly rows: readonly MessageRow[]
  /** The conversations after it, each once. */
  readonly changed: readonly ConversationView[]
}

export function decideAppends(before: AppendsBefore, appends: readonly Append[]): AppendsDecision {
  const conversations = new Map(before.conversations)
  const stored = new Map(before.stored)
  const rows: MessageRow[] = []
  const changed = new Map<string, ConversationView>()
  const outcomes = appends.map((append) => {
    const { conversationId, clientMessageId } = append.message
    const conversationKey = keyOf(append.orgId, conversationId)
    const messageKey = clientMessageId === undefined ? undefined : keyOf(conversationKey, clientMessageId)
    const { outcome, write } = decideAppend(
      append,
      conversations.get(conversationKey),
      messageKey === undefined ? undefined : stored.get(messageKey),
    )
    if (write) {
      rows.push(write.row)
      conversations.set(conversationKey, write.after)
      changed.set(conversationKey, write.after)
      if (messageKey !== undefined) stored.set(messageKey, write.row)
    }
    return outcome
  })
  return { outcomes, rows, changed: [...changed.values()] }
}

export async function storeAppends(run: RunStatement, { rows, changed }: AppendsDecision): Promise<void> {
  if (rows.length > 0)
    await run(storeSql, [...columnsOf(rows, messageColumns), ...columnsOf(changed, conversationColumns)])
}
