import {
  type AgentConversation,
  type ClientMessageId,
  type ConversationId,
  limits,
  type Note,
  type OrgId,
  type SavedReply,
  type Sequence,
} from '@helvino/protocol'
import type { Random } from '@helvino/runtime'
import { type ConversationChange, changeOf, changeOne } from './change-one.ts'
import type { StoreConnection } from './connection.ts'
import type { Unavailable } from './contract.ts'
import type { DeskRepository, NewNote, NoteResult, ReplyResult } from './desk-contract.ts'
import { messageId } from './message-id.ts'
import { conversationOf, isoTime } from './rows.ts'
import type { Statements } from './statements.ts'
import type { NoteRow } from './tables.ts'
import { all, first, run, type Work } from './work.ts'

const noteOf = (row: NoteRow): Note => ({
  id: row.id,
  conversationId: row.conversation_id as ConversationId,
  authorId: row.author_id,
  authorName: row.author_name,
  content: row.content,
  timestamp: isoTime(row.created_at_ms),
  afterSequence: row.after_sequence as Sequence,
  clientNoteId: row.client_note_id as ClientMessageId,
})

/** The conversation's row is locked first: two copies that arrive in the same moment come one after the other. */
function* addOne(
  statements: Statements,
  orgId: OrgId,
  id: string,
  note: NewNote,
): Work<Exclude<NoteResult, Unavailable>> {
  const { conversationId, clientNoteId, content, authorId } = note
  const conversation = yield* first(statements.conversationToChange, { orgId, id: conversationId })
  if (!conversation) return { kind: 'no-conversation' }
  const there = yield* first(statements.noteByClientId, { orgId, conversationId, clientNoteId })
  if (there && (there.content !== content || there.author_id !== authorId)) return { kind: 'mismatch' }
  if (there) return { kind: 'replayed', note: noteOf(there) }
  const held = (yield* first(statements.countNotes, { orgId, conversationId }))?.count ?? 0
  if (held >= limits.conversationNotes) return { kind: 'too-many' }
  const row: NoteRow = {
    org_id: orgId,
    conversation_id: conversationId,
    id,
    author_id: authorId,
    author_name: note.authorName,
    content,
    after_sequence: conversation.latest_sequence,
    client_note_id: clientNoteId,
    created_at_ms: note.nowMs,
  }
  yield* run(statements.insertNote, row)
  return { kind: 'stored', note: noteOf(row) }
}

/** The organisation's row is locked first, so that of two replies that come at once with one shortcut the second finds the first. */
function* putOne(
  statements: Statements,
  orgId: OrgId,
  { id, shortcut, content }: SavedReply,
): Work<Exclude<ReplyResult, Unavailable>> {
  yield* first(statements.orgToChange, { id: orgId })
  const others = (yield* all(statements.replies, { orgId })).filter((reply) => reply.id !== id)
  if (others.some((reply) => reply.shortcut === shortcut)) return { kind: 'shortcut-taken' }
  if (others.length >= limits.orgReplies) return { kind: 'too-many' }
  yield* run(statements.putReply, { org_id: orgId, id, shortcut, content })
  return { kind: 'written' }
}

function createReads({ statements, read }: StoreConnection, orgId: OrgId) {
  const most = limits.countedConversations
  return {
    countConversations: (userId) =>
      read(
        (function* () {
          const mine = yield* first(statements.countAssigned, { orgId, userId, most })
          const unassigned = yield* first(statements.countUnassigned, { orgId, most })
          const open = yield* first(statements.countOpen, { orgId, most })
          return { mine: mine?.count ?? 0, unassigned: unassigned?.count ?? 0, all: open?.count ?? 0 }
        })(),
      ),
    async listNotes(conversationId) {
      return (await read(all(statements.notes, { orgId, conversationId }))).map(noteOf)
    },
    async listReplies() {
      const rows = await read(all(statements.replies, { orgId }))
      return rows.map(({ id, shortcut, content }) => ({ id, shortcut, content }))
    },
    async listSeenOrigins() {
      const rows = await read(all(statements.seenOrigins, { orgId }))
      return rows.map(({ origin, first_seen_at_ms, last_seen_at_ms }) => ({
        origin,
        firstSeenAt: isoTime(first_seen_at_ms),
        lastSeenAt: isoTime(last_seen_at_ms),
      }))
    },
  } satisfies Partial<DeskRepository>
}

export function createDeskRepository(connection: StoreConnection, random: Random, orgId: OrgId): DeskRepository {
  const { statements, write } = connection
  const toAgents = (conversations: readonly AgentConversation[]) =>
    conversations.map(({ id }) => changeOf(orgId, id, 'agents'))
  return {
    ...createReads(connection, orgId),
    setAssignee: (id, assigneeId) =>
      write<ConversationChange>({
        start: () =>
          changeOne(statements, orgId, id, function* (before) {
            if (before.assignee_id === assigneeId) return undefined
            return yield* first(statements.setAssignee, { orgId, id, assigneeId })
          }),
        changesOf: ({ kind }) => (kind === 'changed' ? [changeOf(orgId, id, 'agents')] : []),
      }),
    releaseAssignee: (assigneeId) =>
      write({
        *start() {
          const rows = yield* all(statements.releaseAssignee, { orgId, assigneeId })
          const open = rows.filter(({ status }) => status === 'open')
          return { kind: 'released', conversations: open.map(conversationOf) } as const
        },
        changesOf: ({ conversations }) => toAgents(conversations),
      }),
    addNote(note) {
      const id = messageId(random, note.nowMs)
      return write({ start: () => addOne(statements, orgId, id, note) })
    },
    putReply: (reply) => write({ start: () => putOne(statements, orgId, reply) }),
    deleteReply: (id) =>
      write({
        *start() {
          const deleted = yield* run(statements.deleteReply, { orgId, id })
          return deleted > 0 ? ({ kind: 'written' } as const) : ({ kind: 'no-reply' } as const)
        },
      }),
    noteSeenOrigin: (origin, nowMs) =>
      write({
        *start() {
          yield* run(statements.noteSeenOrigin, { orgId, origin, nowMs })
          yield* run(statements.forgetOldSeenOrigins, { orgId, keep: limits.seenOrigins })
          return { kind: 'written' } as const
        },
      }),
  }
}
