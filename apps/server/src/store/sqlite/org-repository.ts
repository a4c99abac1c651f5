import { type ConversationId, limits, type OrgId, type Sequence } from '@helvino/protocol'
import { type Random, uuid } from '@helvino/runtime'
import type { Kysely } from 'kysely'
import type { ChangeResult, MessageWindow, NewConversation, OrgRepository, Unavailable } from '../contract.ts'
import { append } from './append.ts'
import { listConversations } from './conversation-list.ts'
import type { GroupCommit } from './group-commit.ts'
import { conversationOf, messageOf, orgOf } from './rows.ts'
import type { Statements } from './statements.ts'
import type { ConversationRow, Tables } from './tables.ts'

const keptRefusedOrigins = 50

export interface RepositoryParts {
  readonly statements: Statements
  readonly kysely: Kysely<Tables>
  readonly writer: GroupCommit
  readonly random: Random
}

function openOne({ statements, random }: RepositoryParts, orgId: OrgId, wanted: NewConversation) {
  const { visitorId, idempotencyKey, nowMs } = wanted
  statements.putVisitor.run({ orgId, id: visitorId, hash: wanted.visitorHash })
  const createdKey = idempotencyKey ?? null
  const there =
    (createdKey === null ? undefined : statements.conversationByKey.first({ orgId, visitorId, createdKey })) ??
    statements.openConversation.first({ orgId, visitorId })
  if (there) return { conversation: conversationOf(there), created: false }
  const made = statements.insertConversation.first({ orgId, id: uuid(random), visitorId, nowMs, createdKey })
  if (!made) throw new Error('an insert returned no row')
  return { conversation: conversationOf(made), created: true }
}

function pageOf(statements: Statements, orgId: OrgId, conversationId: string, window: MessageWindow) {
  const limit = Math.min(Math.max(window.limit, 1), limits.pageMessages)
  const latest = statements.conversation.first({ orgId, id: conversationId })?.latest_sequence ?? 0
  const rows =
    window.after === undefined
      ? statements.messagesBefore
          .all({ orgId, conversationId, edge: window.before ?? Number.MAX_SAFE_INTEGER, limit })
          .reverse()
      : statements.messagesAfter.all({ orgId, conversationId, edge: window.after, limit })
  return { messages: rows.map(messageOf), latestSequence: latest as Sequence }
}

/** One change of a conversation; `change` gives the new row, or `undefined` where all is so already. */
function changeOne(
  { statements }: RepositoryParts,
  orgId: OrgId,
  id: ConversationId,
  change: (before: ConversationRow) => ConversationRow | undefined,
): Exclude<ChangeResult, Unavailable> {
  const before = statements.conversation.first({ orgId, id })
  if (!before) return { kind: 'no-conversation' }
  const after = change(before)
  if (!after) return { kind: 'unchanged', conversation: conversationOf(before) }
  return { kind: 'changed', conversation: conversationOf(after) }
}

/** Reads answer at once, from the last commit; every write goes through the one writer. */
export function createOrgRepository(parts: RepositoryParts, orgId: OrgId): OrgRepository {
  const { statements, kysely, writer, random } = parts
  const written = (work: () => void) =>
    writer.write(() => {
      work()
      return { kind: 'written' } as const
    })
  return {
    openConversation: (wanted) => writer.write(() => ({ kind: 'opened', ...openOne(parts, orgId, wanted) }) as const),
    async findConversation(id) {
      const row = statements.conversation.first({ orgId, id })
      return row && conversationOf(row)
    },
    listVisitorConversations: (visitorId) =>
      Promise.resolve(statements.visitorConversations.all({ orgId, visitorId }).map(conversationOf)),
    listConversations: (filter) => listConversations(kysely, orgId, filter),
    appendMessage: (message) => writer.write(() => append(statements, random, orgId, message)),
    appendMessages: (messages) =>
      writer.write(() => messages.map((message) => append(statements, random, orgId, message))),
    listMessages: (conversationId, window) => Promise.resolve(pageOf(statements, orgId, conversationId, window)),
    setStatus: (id, status) =>
      writer.write(() =>
        changeOne(parts, orgId, id, (before) =>
          before.status === status ? undefined : statements.setStatus.first({ orgId, id, status }),
        ),
      ),
    markRead: (id, wanted) =>
      writer.write(() =>
        changeOne(parts, orgId, id, ({ latest_sequence, read_sequence }) => {
          const sequence = Math.min(wanted, latest_sequence)
          return sequence > read_sequence ? statements.setRead.first({ orgId, id, sequence }) : undefined
        }),
      ),
    visitorValidFromMs: (id) => Promise.resolve(statements.visitorValidFrom.first({ orgId, id })?.valid_from_ms ?? 0),
    signOutVisitor: (id, validFromMs) =>
      written(() => {
        statements.signOutVisitor.run({ orgId, id, validFromMs })
      }),
    allowOrigin: (origin, most) =>
      writer.write(() => {
        const row = statements.orgById.first({ id: orgId })
        const allowed = row ? orgOf(row).allowedOrigins : []
        if (allowed.includes(origin)) return { kind: 'written' }
        if (allowed.length >= most) return { kind: 'too-many' }
        statements.setAllowedOrigins.run({ orgId, origins: JSON.stringify([...allowed, origin]) })
        return { kind: 'written' }
      }),
    rememberRefusedOrigin: (origin, nowMs) =>
      written(() => {
        statements.rememberRefusedOrigin.run({ orgId, origin, nowMs })
        statements.forgetOldRefusedOrigins.run({ orgId, keep: keptRefusedOrigins })
      }),
    async listRefusedOrigins() {
      const rows = await kysely
        .selectFrom('refused_origins')
        .select(['origin', 'last_seen_at_ms'])
        .where('org_id', '=', orgId)
        .orderBy('last_seen_at_ms', 'desc')
        .orderBy('origin')
        .execute()
      return rows.map((row) => ({ origin: row.origin, lastSeenAt: new Date(row.last_seen_at_ms).toISOString() }))
    },
  }
}
