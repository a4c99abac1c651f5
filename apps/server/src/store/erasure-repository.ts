import type { ConversationId, OrgId, PublicVisitorId } from '@helvino/protocol'
import type { StoreConnection } from './connection.ts'
import { type Condemned, type Erased, erasureLimits, type ErasureRepository } from './erasure-contract.ts'
import { condemnedVisitorId } from './erasure-statements.ts'
import type { Standings } from './standings.ts'
import type { Statements } from './statements.ts'
import { all, first, run, type Work } from './work.ts'

/** The visitor's row is locked first, as where a conversation is opened: none is opened between what is found and what is condemned. */
function* condemnVisitor(
  statements: Statements,
  orgId: OrgId,
  visitorId: PublicVisitorId,
  nowMs: number,
): Work<Condemned | { readonly kind: 'no-visitor' }> {
  if (visitorId === condemnedVisitorId) return { kind: 'no-visitor' }
  const visitor = yield* first(statements.visitorToChange, { orgId, id: visitorId })
  const profiles = yield* run(statements.deleteProfile, { orgId, visitorId })
  const hasConversation = yield* first(statements.visitorConversations, { orgId, visitorId, most: 1 })
  if (!hasConversation && profiles === 0) return { kind: 'no-visitor' }
  yield* run(statements.putCondemnedVisitor, { orgId })
  const rows = yield* all(statements.condemnOfVisitor, { orgId, visitorId })
  const validFromMs = Math.max(nowMs, visitor?.valid_from_ms ?? 0)
  if (visitor) yield* run(statements.cutOffVisitor, { orgId, id: visitorId, validFromMs })
  else yield* run(statements.signOutVisitor, { orgId, id: visitorId, validFromMs })
  return { kind: 'condemned', conversationIds: rows.map(({ id }) => id as ConversationId) }
}

/** What is kept of a visitor who has no conversation any more, and has not been seen since. */
function* forgetVisitor(statements: Statements, orgId: OrgId, visitorId: string, beforeMs: number): Work<void> {
  const visitor = yield* first(statements.visitorToChange, { orgId, id: visitorId })
  if (yield* first(statements.visitorConversations, { orgId, visitorId, most: 1 })) return
  const profile = yield* first(statements.profileToChange, { orgId, visitorId })
  if (profile && profile.last_seen_at_ms >= beforeMs) return
  yield* run(statements.deleteProfile, { orgId, visitorId })
  // A sign-out holds as long as any token of before may live.
  if (visitor && visitor.valid_from_ms < beforeMs) yield* run(statements.deleteVisitor, { orgId, id: visitorId })
}

function* condemnInactive(statements: Statements, orgId: OrgId, beforeMs: number): Work<Condemned> {
  const most = erasureLimits.condemned
  const rows = yield* all(statements.inactiveToCondemn, { orgId, beforeMs, most })
  if (rows.length > 0) yield* run(statements.putCondemnedVisitor, { orgId })
  for (const { id } of rows) yield* run(statements.condemnOne, { orgId, id })
  for (const visitorId of new Set(rows.map(({ visitor_id }) => visitor_id)))
    yield* forgetVisitor(statements, orgId, visitorId, beforeMs)
  return { kind: 'condemned', conversationIds: rows.map(({ id }) => id as ConversationId) }
}

/** Some messages of one conversation, and with the last of them the conversation. */
function* eraseOne(statements: Statements, orgId: OrgId, conversationId: string, most: number) {
  const found = yield* first(statements.firstSequence, { orgId, conversationId })
  const messages = found
    ? yield* run(statements.deleteMessages, { orgId, conversationId, before: found.sequence + most })
    : 0
  if (yield* first(statements.firstSequence, { orgId, conversationId })) return { messages, conversations: 0 }
  yield* run(statements.deleteNotes, { orgId, conversationId })
  yield* run(statements.deleteConversation, { orgId, id: conversationId })
  return { messages, conversations: 1 }
}

function* eraseSome(statements: Statements, orgId: OrgId): Work<Erased> {
  let messages = 0
  let conversations = 0
  for (;;) {
    // Locked: a message that is on its way into it comes before this or finds it gone.
    const row = yield* first(statements.conversationToErase, { orgId })
    const left = erasureLimits.rows - messages
    if (!row || left <= 0 || conversations >= erasureLimits.condemned)
      return { kind: 'erased', messages, conversations, hasMore: row !== undefined }
    const erased = yield* eraseOne(statements, orgId, row.id, left)
    messages += erased.messages
    conversations += erased.conversations
  }
}

export function createErasureRepository(
  { statements, write }: StoreConnection,
  forget: Standings['forget'],
  orgId: OrgId,
): ErasureRepository {
  return {
    async condemnVisitor(visitorId, nowMs) {
      const result = await write({ start: () => condemnVisitor(statements, orgId, visitorId, nowMs) })
      forget(orgId, visitorId)
      return result
    },
    condemnInactive: (beforeMs) => write({ start: () => condemnInactive(statements, orgId, beforeMs) }),
    eraseSome: () => write({ start: () => eraseSome(statements, orgId) }),
  }
}
