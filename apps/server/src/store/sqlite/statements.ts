import type { Database } from 'better-sqlite3'
import type { Kysely } from 'kysely'
import { prepare } from './prepared.ts'
import type { MessageRow, OrgRow, Tables } from './tables.ts'

interface Key {
  readonly orgId: string
  readonly id: string
}
interface Window {
  readonly orgId: string
  readonly conversationId: string
  readonly edge: number
  readonly limit: number
}

const conversationColumns = [
  'org_id',
  'id',
  'visitor_id',
  'status',
  'created_at_ms',
  'active_at_ms',
  'latest_sequence',
  'read_sequence',
  'preview',
] as const

/** Every statement on the way of a message, compiled when the store opens. */
export type Statements = ReturnType<typeof prepareStatements>

export function prepareStatements(database: Database, kysely: Kysely<Tables>) {
  return {
    ...orgStatements(database, kysely),
    ...conversationReads(database, kysely),
    ...conversationWrites(database, kysely),
    ...messageStatements(database, kysely),
    beat: prepare(database, (p: { readonly nowMs: number }) =>
      kysely
        .insertInto('heartbeat')
        .values({ id: 1, at_ms: p.nowMs })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ at_ms: p.nowMs })),
    ),
  }
}

function orgStatements(database: Database, kysely: Kysely<Tables>) {
  const orgs = kysely.selectFrom('orgs').selectAll()
  return {
    orgById: prepare(database, (p: { readonly id: string }) => orgs.where('id', '=', p.id)),
    orgByKey: prepare(database, (p: { readonly key: string }) => orgs.where('key', '=', p.key)),
    orgBySiteId: prepare(database, (p: { readonly siteId: string }) => orgs.where('site_id', '=', p.siteId)),
    putOrg: prepare(database, ({ id, key, site_id, name, enabled, config, allowed_origins, valid_from_ms }: OrgRow) => {
      const rest = { key, site_id, name, enabled, config, allowed_origins, valid_from_ms }
      return kysely
        .insertInto('orgs')
        .values({ id, ...rest })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(rest))
    }),
    setAllowedOrigins: prepare(database, (p: { readonly orgId: string; readonly origins: string }) =>
      kysely.updateTable('orgs').set({ allowed_origins: p.origins }).where('id', '=', p.orgId),
    ),
    rememberRefusedOrigin: prepare(
      database,
      (p: { readonly orgId: string; readonly origin: string; readonly nowMs: number }) =>
        kysely
          .insertInto('refused_origins')
          .values({ org_id: p.orgId, origin: p.origin, last_seen_at_ms: p.nowMs })
          .onConflict((conflict) => conflict.columns(['org_id', 'origin']).doUpdateSet({ last_seen_at_ms: p.nowMs })),
    ),
    forgetOldRefusedOrigins: prepare(database, (p: { readonly orgId: string; readonly keep: number }) =>
      kysely
        .deleteFrom('refused_origins')
        .where('org_id', '=', p.orgId)
        .where('origin', 'not in', (query) =>
          query
            .selectFrom('refused_origins')
            .select('origin')
            .where('org_id', '=', p.orgId)
            .orderBy('last_seen_at_ms', 'desc')
            .orderBy('origin')
            .limit(p.keep),
        ),
    ),
    visitorValidFrom: prepare(database, (p: Key) =>
      kysely.selectFrom('visitors').select('valid_from_ms').where('org_id', '=', p.orgId).where('id', '=', p.id),
    ),
    putVisitor: prepare(database, (p: Key & { readonly hash: string }) =>
      kysely
        .insertInto('visitors')
        .values({ org_id: p.orgId, id: p.id, hash: p.hash })
        .onConflict((conflict) => conflict.columns(['org_id', 'id']).doUpdateSet({ hash: p.hash })),
    ),
    signOutVisitor: prepare(database, (p: Key & { readonly validFromMs: number }) =>
      kysely
        .insertInto('visitors')
        .values({ org_id: p.orgId, id: p.id, hash: null, valid_from_ms: p.validFromMs })
        .onConflict((conflict) => conflict.columns(['org_id', 'id']).doUpdateSet({ valid_from_ms: p.validFromMs })),
    ),
  }
}

function conversationReads(database: Database, kysely: Kysely<Tables>) {
  const conversations = kysely.selectFrom('conversations').select(conversationColumns)
  return {
    conversation: prepare(database, (p: Key) => conversations.where('org_id', '=', p.orgId).where('id', '=', p.id)),
    conversationByKey: prepare(
      database,
      (p: { readonly orgId: string; readonly visitorId: string; readonly createdKey: string }) =>
        conversations
          .where('org_id', '=', p.orgId)
          .where('visitor_id', '=', p.visitorId)
          .where('created_key', '=', p.createdKey),
    ),
    openConversation: prepare(database, (p: { readonly orgId: string; readonly visitorId: string }) =>
      conversations
        .where('org_id', '=', p.orgId)
        .where('visitor_id', '=', p.visitorId)
        .where('status', '=', 'open')
        .orderBy('active_at_ms', 'desc')
        .orderBy('id')
        .limit(1),
    ),
    visitorConversations: prepare(database, (p: { readonly orgId: string; readonly visitorId: string }) =>
      conversations
        .where('org_id', '=', p.orgId)
        .where('visitor_id', '=', p.visitorId)
        .orderBy('created_at_ms', 'desc')
        .orderBy('id', 'desc'),
    ),
  }
}

function conversationWrites(database: Database, kysely: Kysely<Tables>) {
  const update = kysely.updateTable('conversations')
  return {
    insertConversation: prepare(
      database,
      (p: Key & { readonly visitorId: string; readonly nowMs: number; readonly createdKey: string | null }) =>
        kysely
          .insertInto('conversations')
          .values({
            org_id: p.orgId,
            id: p.id,
            visitor_id: p.visitorId,
            created_at_ms: p.nowMs,
            active_at_ms: p.nowMs,
            created_key: p.createdKey,
          })
          .returning(conversationColumns),
    ),
    setStatus: prepare(database, (p: Key & { readonly status: 'open' | 'resolved' }) =>
      update
        .set({ status: p.status })
        .where('org_id', '=', p.orgId)
        .where('id', '=', p.id)
        .returning(conversationColumns),
    ),
    setRead: prepare(database, (p: Key & { readonly sequence: number }) =>
      update
        .set({ read_sequence: p.sequence })
        .where('org_id', '=', p.orgId)
        .where('id', '=', p.id)
        .returning(conversationColumns),
    ),
    advance: prepare(
      database,
      (
        p: Key & {
          readonly sequence: number
          readonly readSequence: number
          readonly preview: string
          readonly activeAtMs: number
        },
      ) =>
        update
          .set({
            latest_sequence: p.sequence,
            read_sequence: p.readSequence,
            preview: p.preview,
            active_at_ms: p.activeAtMs,
            status: 'open',
          })
          .where('org_id', '=', p.orgId)
          .where('id', '=', p.id),
    ),
  }
}

function messageStatements(database: Database, kysely: Kysely<Tables>) {
  const messages = kysely.selectFrom('messages').selectAll()
  const ofConversation = (p: Window) =>
    messages.where('org_id', '=', p.orgId).where('conversation_id', '=', p.conversationId).limit(p.limit)
  return {
    messageByClientId: prepare(
      database,
      (p: { readonly orgId: string; readonly conversationId: string; readonly clientMessageId: string }) =>
        messages
          .where('org_id', '=', p.orgId)
          .where('conversation_id', '=', p.conversationId)
          .where('client_message_id', '=', p.clientMessageId),
    ),
    insertMessage: prepare(database, (p: MessageRow) =>
      kysely.insertInto('messages').values({
        org_id: p.org_id,
        conversation_id: p.conversation_id,
        sequence: p.sequence,
        id: p.id,
        role: p.role,
        kind: p.kind,
        author_id: p.author_id,
        content: p.content,
        client_message_id: p.client_message_id,
        created_at_ms: p.created_at_ms,
      }),
    ),
    messagesAfter: prepare(database, (p: Window) =>
      ofConversation(p).where('sequence', '>', p.edge).orderBy('sequence'),
    ),
    messagesBefore: prepare(database, (p: Window) =>
      ofConversation(p).where('sequence', '<', p.edge).orderBy('sequence', 'desc'),
    ),
  }
}
