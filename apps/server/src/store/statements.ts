import { visitorLimits } from '@helvino/protocol'
import { expressionBuilder, type Kysely, sql } from 'kysely'
import { deskStatements } from './desk-statements.ts'
import { erasureStatements } from './erasure-statements.ts'
import { profileStatements } from './profile-statements.ts'
import { conversationView } from './conversation-view.ts'
import { compile, integer, text } from './statement.ts'
import type { ConversationView, MessageRow, OrgRow, Tables } from './tables.ts'

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

/** The newest messages of a conversation, among which unread ones are counted. */
const lookedThrough = 500

/** Every statement on the way of a message, compiled when the store opens. */
export type Statements = ReturnType<typeof compileStatements>

/** `locksRows`: others write at the same time, so a row that is read to be changed is locked until the commit (`FOR UPDATE`). */
export function compileStatements(kysely: Kysely<Tables>, locksRows: boolean) {
  return {
    ...orgStatements(kysely, locksRows),
    ...conversationReads(kysely, locksRows),
    ...conversationWrites(kysely),
    ...messageStatements(kysely),
    ...profileStatements(kysely, locksRows),
    ...deskStatements(kysely),
    ...erasureStatements(kysely, locksRows),
    beat: compile((p: { readonly nowMs: number }) =>
      kysely
        .insertInto('heartbeat')
        .values({ id: 1, at_ms: p.nowMs })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ at_ms: p.nowMs })),
    ),
  }
}

function orgStatements(kysely: Kysely<Tables>, locksRows: boolean) {
  const orgs = kysely.selectFrom('orgs').selectAll()
  const orgsToChange = locksRows ? orgs.forUpdate() : orgs
  return {
    orgById: compile((p: { readonly id: string }) => orgs.where('id', '=', p.id)),
    orgToChange: compile((p: { readonly id: string }) => orgsToChange.where('id', '=', p.id)),
    orgIds: compile(() => kysely.selectFrom('orgs').select('id').orderBy('id')),
    orgByKey: compile((p: { readonly key: string }) => orgs.where('key', '=', p.key)),
    orgBySiteId: compile((p: { readonly siteId: string }) => orgs.where('site_id', '=', p.siteId)),
    putOrg: compile(({ id, key, site_id, name, enabled, config, allowed_origins, valid_from_ms }: OrgRow) => {
      const rest = { key, site_id, name, enabled, config, allowed_origins, valid_from_ms }
      return kysely
        .insertInto('orgs')
        .values({ id, ...rest })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(rest))
    }),
    setAllowedOrigins: compile((p: { readonly orgId: string; readonly origins: string }) =>
      kysely.updateTable('orgs').set({ allowed_origins: p.origins }).where('id', '=', p.orgId),
    ),
    setSettings: compile((p: { readonly orgId: string; readonly name: string; readonly config: string }) =>
      kysely.updateTable('orgs').set({ name: p.name, config: p.config }).where('id', '=', p.orgId),
    ),
    setOrgValidFrom: compile((p: { readonly orgId: string; readonly validFromMs: number }) =>
      kysely
        .updateTable('orgs')
        .set({ valid_from_ms: p.validFromMs })
        .where('id', '=', p.orgId)
        .where('valid_from_ms', '<', p.validFromMs),
    ),
    rememberRefusedOrigin: compile((p: { readonly orgId: string; readonly origin: string; readonly nowMs: number }) =>
      kysely
        .insertInto('refused_origins')
        .values({ org_id: p.orgId, origin: p.origin, last_seen_at_ms: p.nowMs })
        .onConflict((conflict) => conflict.columns(['org_id', 'origin']).doUpdateSet({ last_seen_at_ms: p.nowMs })),
    ),
    forgetOldRefusedOrigins: compile((p: { readonly orgId: string; readonly keep: number }) =>
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
    visitorValidFrom: compile((p: Key) =>
      kysely.selectFrom('visitors').select('valid_from_ms').where('org_id', '=', p.orgId).where('id', '=', p.id),
    ),
    putVisitor: compile((p: Key & { readonly hash: string }) =>
      kysely
        .insertInto('visitors')
        .values({ org_id: p.orgId, id: p.id, hash: p.hash })
        .onConflict((conflict) => conflict.columns(['org_id', 'id']).doUpdateSet({ hash: p.hash })),
    ),
    signOutVisitor: compile((p: Key & { readonly validFromMs: number }) =>
      kysely
        .insertInto('visitors')
        .values({ org_id: p.orgId, id: p.id, hash: null, valid_from_ms: p.validFromMs })
        .onConflict((conflict) => conflict.columns(['org_id', 'id']).doUpdateSet({ valid_from_ms: p.validFromMs })),
    ),
  }
}

function conversationReads(kysely: Kysely<Tables>, locksRows: boolean) {
  const conversations = kysely.selectFrom('conversations').select(conversationView)
  const toChange = locksRows ? conversations.forUpdate() : conversations
  const unread = expressionBuilder<Tables & { v: Tables['visitors'] }, 'v'>()
    .selectFrom('conversations as c')
    .select(({ selectFrom, fn }) =>
      selectFrom((query) =>
        query
          .selectFrom('messages as m')
          .select('m.sequence')
          .whereRef('m.org_id', '=', 'c.org_id')
          .whereRef('m.conversation_id', '=', 'c.id')
          .whereRef('m.sequence', '>', 'c.visitor_read_sequence')
          .where('m.sequence', '>', ({ eb }) => eb('c.latest_sequence', '-', sql.lit(lookedThrough)))
          .where('m.role', '=', sql.lit('agent'))
          .limit(sql.lit(visitorLimits.unread))
          .as('u'),
      )
        .select(fn.countAll<number | string>().as('count'))
        .as('count'),
    )
    .whereRef('c.org_id', '=', 'v.org_id')
    .whereRef('c.visitor_id', '=', 'v.id')
    .where('c.status', '=', sql.lit('open'))
    .orderBy('c.active_at_ms', 'desc')
    .orderBy('c.id')
    .limit(sql.lit(1))
  return {
    conversationToChange: compile((p: Key) => toChange.where('org_id', '=', p.orgId).where('id', '=', p.id)),
    conversation: compile((p: Key) => conversations.where('org_id', '=', p.orgId).where('id', '=', p.id)),
    conversationByKey: compile(
      (p: { readonly orgId: string; readonly visitorId: string; readonly createdKey: string }) =>
        conversations
          .where('org_id', '=', p.orgId)
          .where('visitor_id', '=', p.visitorId)
          .where('created_key', '=', p.createdKey),
    ),
    openConversation: compile((p: { readonly orgId: string; readonly visitorId: string }) =>
      conversations
        .where('org_id', '=', text(p.orgId))
        .where('visitor_id', '=', text(p.visitorId))
        .where('status', '=', sql.lit('open'))
        .orderBy('active_at_ms', 'desc')
        .orderBy('id')
        .limit(sql.lit(1)),
    ),
    /** `unread`: of the visitor's open conversation; how far back is looked for them is bounded. */
    // A visitor without a row has no conversation either: most who load a page are found to be unknown at the first look.
    visitorAtBoot: compile((p: { readonly orgId: string; readonly visitorId: string }) =>
      kysely
        .selectFrom('visitors as v')
        .select(['v.valid_from_ms', unread.as('unread')])
        .where('v.org_id', '=', text(p.orgId))
        .where('v.id', '=', text(p.visitorId)),
    ),
    visitorConversations: compile((p: { readonly orgId: string; readonly visitorId: string; readonly most: number }) =>
      conversations
        .where('org_id', '=', text(p.orgId))
        .where('visitor_id', '=', text(p.visitorId))
        .orderBy('created_at_ms', 'desc')
        .orderBy('id', 'desc')
        .limit(integer(p.most)),
    ),
  }
}

function conversationWrites(kysely: Kysely<Tables>) {
  const update = kysely.updateTable('conversations')
  return {
    insertConversation: compile(
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
          .returning(conversationView),
    ),
    setStatus: compile((p: Key & { readonly status: 'open' | 'resolved' }) =>
      update.set({ status: p.status }).where('org_id', '=', p.orgId).where('id', '=', p.id).returning(conversationView),
    ),
    setRead: compile((p: Key & { readonly sequence: number }) =>
      update
        .set({ read_sequence: p.sequence })
        .where('org_id', '=', p.orgId)
        .where('id', '=', p.id)
        .returning(conversationView),
    ),
    setVisitorRead: compile((p: Key & { readonly sequence: number }) =>
      update
        .set({ visitor_read_sequence: p.sequence })
        .where('org_id', '=', p.orgId)
        .where('id', '=', p.id)
        .returning(conversationView),
    ),
    advance: compile((p: ConversationView) =>
      update
        .set({
          latest_sequence: p.latest_sequence,
          read_sequence: p.read_sequence,
          preview: p.preview,
          active_at_ms: p.active_at_ms,
          status: p.status,
        })
        .where('org_id', '=', p.org_id)
        .where('id', '=', p.id),
    ),
  }
}

function messageStatements(kysely: Kysely<Tables>) {
  const messages = kysely.selectFrom('messages').selectAll()
  const ofConversation = (p: Window) =>
    messages
      .where('org_id', '=', text(p.orgId))
      .where('conversation_id', '=', text(p.conversationId))
      .limit(integer(p.limit))
  return {
    messageByClientId: compile(
      (p: { readonly orgId: string; readonly conversationId: string; readonly clientMessageId: string | null }) =>
        messages
          .where('org_id', '=', p.orgId)
          .where('conversation_id', '=', p.conversationId)
          .where('client_message_id', '=', p.clientMessageId),
    ),
    /** Writes no row where the conversation has a message with that key already. */
    insertMessage: compile((p: MessageRow) =>
      kysely
        .insertInto('messages')
        .values({
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
        })
        .onConflict((conflict) =>
          conflict
            .columns(['org_id', 'conversation_id', 'client_message_id'])
            .where('client_message_id', 'is not', null)
            .doNothing(),
        ),
    ),
    messagesAfter: compile((p: Window) => ofConversation(p).where('sequence', '>', p.edge).orderBy('sequence')),
    messagesBefore: compile((p: Window) =>
      ofConversation(p).where('sequence', '<', p.edge).orderBy('sequence', 'desc'),
    ),
  }
}
