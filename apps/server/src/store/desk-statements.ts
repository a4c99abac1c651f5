import { type Kysely, sql } from 'kysely'
import { conversationView } from './conversation-view.ts'
import { compile, integer, text } from './statement.ts'
import type { NoteRow, ReplyRow, Tables } from './tables.ts'

interface OfConversation {
  readonly orgId: string
  readonly conversationId: string
}

/** Open conversations, as many as `most` at most: counting more would cost more than anybody reads. */
function countStatements(kysely: Kysely<Tables>) {
  const one = kysely
    .selectFrom('conversations')
    .select(sql<number>`1`.as('one'))
    .where('status', '=', sql.lit('open'))
  const counted = (open: typeof one, most: number) =>
    kysely.selectFrom(open.limit(integer(most)).as('open')).select(({ fn }) => fn.countAll<number>().as('count'))
  return {
    countOpen: compile((p: { readonly orgId: string; readonly most: number }) =>
      counted(one.where('org_id', '=', text(p.orgId)), p.most),
    ),
    countUnassigned: compile((p: { readonly orgId: string; readonly most: number }) =>
      counted(one.where('org_id', '=', text(p.orgId)).where('assignee_id', 'is', null), p.most),
    ),
    countAssigned: compile((p: { readonly orgId: string; readonly userId: string; readonly most: number }) =>
      counted(one.where('org_id', '=', text(p.orgId)).where('assignee_id', '=', text(p.userId)), p.most),
    ),
  }
}

function noteStatements(kysely: Kysely<Tables>) {
  const ofConversation = (p: OfConversation) =>
    kysely.selectFrom('notes').where('org_id', '=', text(p.orgId)).where('conversation_id', '=', text(p.conversationId))
  return {
    notes: compile((p: OfConversation) =>
      ofConversation(p).selectAll().orderBy('after_sequence').orderBy('created_at_ms').orderBy('id'),
    ),
    countNotes: compile((p: OfConversation) => ofConversation(p).select(({ fn }) => fn.countAll<number>().as('count'))),
    noteByClientId: compile((p: OfConversation & { readonly clientNoteId: string }) =>
      ofConversation(p).selectAll().where('client_note_id', '=', p.clientNoteId),
    ),
    insertNote: compile((p: NoteRow) =>
      kysely.insertInto('notes').values({
        org_id: p.org_id,
        conversation_id: p.conversation_id,
        id: p.id,
        author_id: p.author_id,
        author_name: p.author_name,
        content: p.content,
        after_sequence: p.after_sequence,
        client_note_id: p.client_note_id,
        created_at_ms: p.created_at_ms,
      }),
    ),
  }
}

function replyStatements(kysely: Kysely<Tables>) {
  return {
    replies: compile((p: { readonly orgId: string }) =>
      kysely.selectFrom('replies').selectAll().where('org_id', '=', text(p.orgId)).orderBy('shortcut'),
    ),
    putReply: compile(({ org_id, id, shortcut, content }: ReplyRow) =>
      kysely
        .insertInto('replies')
        .values({ org_id, id, shortcut, content })
        .onConflict((conflict) => conflict.columns(['org_id', 'id']).doUpdateSet({ shortcut, content })),
    ),
    deleteReply: compile((p: { readonly orgId: string; readonly id: string }) =>
      kysely.deleteFrom('replies').where('org_id', '=', p.orgId).where('id', '=', p.id),
    ),
  }
}

function seenOriginStatements(kysely: Kysely<Tables>) {
  return {
    seenOrigins: compile((p: { readonly orgId: string }) =>
      kysely
        .selectFrom('seen_origins')
        .selectAll()
        .where('org_id', '=', text(p.orgId))
        .orderBy('last_seen_at_ms', 'desc')
        .orderBy('origin'),
    ),
    noteSeenOrigin: compile((p: { readonly orgId: string; readonly origin: string; readonly nowMs: number }) =>
      kysely
        .insertInto('seen_origins')
        .values({ org_id: p.orgId, origin: p.origin, first_seen_at_ms: p.nowMs, last_seen_at_ms: p.nowMs })
        .onConflict((conflict) => conflict.columns(['org_id', 'origin']).doUpdateSet({ last_seen_at_ms: p.nowMs })),
    ),
    forgetOldSeenOrigins: compile((p: { readonly orgId: string; readonly keep: number }) =>
      kysely
        .deleteFrom('seen_origins')
        .where('org_id', '=', p.orgId)
        .where('origin', 'not in', (query) =>
          query
            .selectFrom('seen_origins')
            .select('origin')
            .where('org_id', '=', p.orgId)
            .orderBy('last_seen_at_ms', 'desc')
            .orderBy('origin')
            .limit(p.keep),
        ),
    ),
  }
}

/** What agents work with beside the messages. */
export function deskStatements(kysely: Kysely<Tables>) {
  const update = kysely.updateTable('conversations')
  return {
    ...countStatements(kysely),
    ...noteStatements(kysely),
    ...replyStatements(kysely),
    ...seenOriginStatements(kysely),
    setAssignee: compile((p: { readonly orgId: string; readonly id: string; readonly assigneeId: string | null }) =>
      update
        .set({ assignee_id: p.assigneeId })
        .where('org_id', '=', p.orgId)
        .where('id', '=', p.id)
        .returning(conversationView),
    ),
    releaseAssignee: compile((p: { readonly orgId: string; readonly assigneeId: string }) =>
      update
        .set({ assignee_id: null })
        .where('org_id', '=', p.orgId)
        .where('assignee_id', '=', p.assigneeId)
        .returning(conversationView),
    ),
  }
}
