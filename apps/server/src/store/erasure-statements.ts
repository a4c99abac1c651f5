import type { Kysely } from 'kysely'
import { compile, integer, text } from './statement.ts'
import type { Tables } from './tables.ts'

/** Whose the condemned conversations of an organisation are: no id of a visitor is made so, and no token is bound to it. */
export const condemnedVisitorId = 'd_'

interface Key {
  readonly orgId: string
  readonly id: string
}
interface OfVisitor {
  readonly orgId: string
  readonly visitorId: string
}
interface OfConversation {
  readonly orgId: string
  readonly conversationId: string
}

// Nothing of it is listed as work, and nothing of its text shows, while its rows are still there.
const condemned = {
  visitor_id: condemnedVisitorId,
  created_key: null,
  preview: '',
  status: 'resolved',
  assignee_id: null,
} as const

function condemnStatements(kysely: Kysely<Tables>, locksRows: boolean) {
  const visitors = kysely.selectFrom('visitors').select('valid_from_ms')
  const visitorToChange = locksRows ? visitors.forUpdate() : visitors
  const conversations = kysely.selectFrom('conversations').select(['id', 'visitor_id'])
  const toCondemn = locksRows ? conversations.forUpdate() : conversations
  const condemn = kysely.updateTable('conversations').set(condemned)
  return {
    putCondemnedVisitor: compile((p: { readonly orgId: string }) =>
      kysely
        .insertInto('visitors')
        .values({ org_id: p.orgId, id: condemnedVisitorId, hash: null })
        .onConflict((conflict) => conflict.columns(['org_id', 'id']).doNothing()),
    ),
    visitorToChange: compile((p: Key) => visitorToChange.where('org_id', '=', p.orgId).where('id', '=', p.id)),
    cutOffVisitor: compile((p: Key & { readonly validFromMs: number }) =>
      kysely
        .updateTable('visitors')
        .set({ hash: null, valid_from_ms: p.validFromMs })
        .where('org_id', '=', p.orgId)
        .where('id', '=', p.id),
    ),
    condemnOfVisitor: compile((p: OfVisitor) =>
      condemn.where('org_id', '=', p.orgId).where('visitor_id', '=', p.visitorId).returning('id'),
    ),
    inactiveToCondemn: compile((p: { readonly orgId: string; readonly beforeMs: number; readonly most: number }) =>
      toCondemn
        .where('org_id', '=', text(p.orgId))
        .where('active_at_ms', '<', p.beforeMs)
        .where('visitor_id', '!=', condemnedVisitorId)
        .orderBy('active_at_ms')
        .orderBy('id')
        .limit(integer(p.most)),
    ),
    condemnOne: compile((p: Key) => condemn.where('org_id', '=', p.orgId).where('id', '=', p.id)),
  }
}

/** What removes what deletion and retention have condemned. */
export function erasureStatements(kysely: Kysely<Tables>, locksRows: boolean) {
  const conversations = kysely.selectFrom('conversations').select('id')
  const toErase = locksRows ? conversations.forUpdate() : conversations
  return {
    ...condemnStatements(kysely, locksRows),
    deleteProfile: compile((p: OfVisitor) =>
      kysely.deleteFrom('visitor_profiles').where('org_id', '=', p.orgId).where('visitor_id', '=', p.visitorId),
    ),
    deleteVisitor: compile((p: Key) =>
      kysely.deleteFrom('visitors').where('org_id', '=', p.orgId).where('id', '=', p.id),
    ),
    conversationToErase: compile((p: { readonly orgId: string }) =>
      toErase
        .where('org_id', '=', text(p.orgId))
        .where('visitor_id', '=', text(condemnedVisitorId))
        .orderBy('created_at_ms')
        .limit(integer(1)),
    ),
    firstSequence: compile((p: OfConversation) =>
      kysely
        .selectFrom('messages')
        .select('sequence')
        .where('org_id', '=', text(p.orgId))
        .where('conversation_id', '=', text(p.conversationId))
        .orderBy('sequence')
        .limit(integer(1)),
    ),
    deleteMessages: compile((p: OfConversation & { readonly before: number }) =>
      kysely
        .deleteFrom('messages')
        .where('org_id', '=', p.orgId)
        .where('conversation_id', '=', p.conversationId)
        .where('sequence', '<', p.before),
    ),
    deleteNotes: compile((p: OfConversation) =>
      kysely.deleteFrom('notes').where('org_id', '=', p.orgId).where('conversation_id', '=', p.conversationId),
    ),
    deleteConversation: compile((p: Key) =>
      kysely.deleteFrom('conversations').where('org_id', '=', p.orgId).where('id', '=', p.id),
    ),
  }
}
