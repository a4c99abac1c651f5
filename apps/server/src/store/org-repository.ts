import { type ConversationId, limits, type OrgId, type OrgSettings, type Sequence } from '@helvino/protocol'
import { type Clock, type Random, uuid } from '@helvino/runtime'
import { append, type AppendOutcome } from './append.ts'
import { changeOf, changeOne, type ConversationChange } from './change-one.ts'
import type { Change } from './changes.ts'
import type { StoreConnection } from './connection.ts'
import type {
  AllowResult,
  MessageWindow,
  NewConversation,
  OrgRepository,
  SettingsResult,
  Unavailable,
} from './contract.ts'
import { listConversations } from './conversation-list.ts'
import { createDeskRepository } from './desk-repository.ts'
import { createErasureRepository } from './erasure-repository.ts'
import { messageId } from './message-id.ts'
import { putProfile } from './profiles.ts'
import { conversationOf, messageOf, orgOf, profileOf } from './rows.ts'
import type { Statements } from './statements.ts'
import type { Standings } from './standings.ts'
import { all, first, only, run, type Work } from './work.ts'

const keptRefusedOrigins = 50

export interface RepositoryParts {
  readonly connection: StoreConnection
  readonly random: Random
  readonly clock: Clock
  readonly forget: Standings['forget']
}

/** The visitor's row is written first, and so locked: two calls for one visitor come one after the other. */
function* openOne(statements: Statements, random: Random, orgId: OrgId, wanted: NewConversation) {
  const { visitorId, idempotencyKey, nowMs } = wanted
  yield* run(statements.putVisitor, { orgId, id: visitorId, hash: wanted.visitorHash })
  const createdKey = idempotencyKey ?? null
  const there =
    (createdKey === null ? undefined : yield* first(statements.conversationByKey, { orgId, visitorId, createdKey })) ??
    (yield* first(statements.openConversation, { orgId, visitorId }))
  if (there) return { kind: 'opened', conversation: conversationOf(there), created: false } as const
  const id = uuid(random)
  const made = yield* only(statements.insertConversation, { orgId, id, visitorId, nowMs, createdKey })
  return { kind: 'opened', conversation: conversationOf(made), created: true } as const
}

function* pageOf(statements: Statements, orgId: OrgId, conversationId: string, window: MessageWindow) {
  const limit = Math.min(Math.max(window.limit, 1), limits.pageMessages)
  const edge = window.after ?? window.before ?? Number.MAX_SAFE_INTEGER
  const wanted = { orgId, conversationId, edge, limit }
  const rows =
    window.after === undefined
      ? (yield* all(statements.messagesBefore, wanted)).reverse()
      : yield* all(statements.messagesAfter, wanted)
  // Read after the messages: where one comes in between, the page says that there is more, and never less than it holds.
  const latest = (yield* first(statements.conversation, { orgId, id: conversationId }))?.latest_sequence ?? 0
  return { messages: rows.map(messageOf), latestSequence: latest as Sequence }
}

function* markVisitorRead(
  statements: Statements,
  orgId: OrgId,
  { id, visitorId, wanted }: { readonly id: ConversationId; readonly visitorId: string; readonly wanted: number },
): Work<ConversationChange> {
  const before = yield* first(statements.conversationToChange, { orgId, id })
  if (before?.visitor_id !== visitorId) return { kind: 'no-conversation' }
  const sequence = Math.min(wanted, before.latest_sequence)
  const after =
    sequence > before.visitor_read_sequence
      ? yield* first(statements.setVisitorRead, { orgId, id, sequence })
      : undefined
  if (!after) return { kind: 'unchanged', conversation: conversationOf(before) }
  return { kind: 'changed', conversation: conversationOf(after) }
}

function* allowOne(
  statements: Statements,
  orgId: OrgId,
  origin: string,
  most: number,
): Work<Exclude<AllowResult, Unavailable>> {
  const row = yield* first(statements.orgToChange, { id: orgId })
  const allowed = row ? orgOf(row).allowedOrigins : []
  if (allowed.includes(origin)) return { kind: 'written' }
  if (allowed.length >= most) return { kind: 'too-many' }
  yield* run(statements.setAllowedOrigins, { orgId, origins: JSON.stringify([...allowed, origin]) })
  return { kind: 'written' }
}

function* disallowOne(
  statements: Statements,
  orgId: OrgId,
  origin: string,
): Work<{ readonly kind: 'written' | 'no-origin' }> {
  const row = yield* first(statements.orgToChange, { id: orgId })
  const allowed = row ? orgOf(row).allowedOrigins : []
  if (!allowed.includes(origin)) return { kind: 'no-origin' }
  const origins = JSON.stringify(allowed.filter((each) => each !== origin))
  yield* run(statements.setAllowedOrigins, { orgId, origins })
  return { kind: 'written' }
}

function* changeSettings(
  statements: Statements,
  orgId: OrgId,
  { name, ...config }: Partial<OrgSettings>,
): Work<Exclude<SettingsResult, Unavailable>> {
  const row = yield* first(statements.orgToChange, { id: orgId })
  if (!row) return { kind: 'no-org' }
  const before = orgOf(row)
  const org = { ...before, name: name ?? before.name, config: { ...before.config, ...config } }
  yield* run(statements.setSettings, { orgId, name: org.name, config: JSON.stringify(org.config) })
  return { kind: 'set', before, org }
}

function createReads({ connection: { statements, kysely, read }, clock }: RepositoryParts, orgId: OrgId) {
  const pause = () => new Promise<void>((resolve) => clock.startTimer(0, resolve))
  return {
    async findConversation(id) {
      const row = await read(first(statements.conversation, { orgId, id }))
      return row && conversationOf(row)
    },
    async listVisitorConversations(visitorId, most = 2_147_483_647) {
      const rows = await read(all(statements.visitorConversations, { orgId, visitorId, most }))
      return rows.map(conversationOf)
    },
    listConversations: (filter) => listConversations(kysely, orgId, filter, pause),
    listMessages: (conversationId, window) => read(pageOf(statements, orgId, conversationId, window)),
    async readVisitor(visitorId) {
      const row = await read(first(statements.visitorAtBoot, { orgId, visitorId }))
      // PostgreSQL counts in texts; a visitor without an open conversation has no count at all.
      return { validFromMs: row?.valid_from_ms ?? 0, unread: Number(row?.unread ?? 0) }
    },
    async findProfile(visitorId) {
      const row = await read(first(statements.profile, { orgId, visitorId }))
      return row && profileOf(row)
    },
    async visitorValidFromMs(id) {
      const row = await read(first(statements.visitorValidFrom, { orgId, id }))
      return row?.valid_from_ms ?? 0
    },
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
  } satisfies Partial<OrgRepository>
}

const storedBy = (orgId: OrgId, outcomes: readonly AppendOutcome[]): readonly Change[] =>
  outcomes.flatMap((outcome) =>
    outcome.kind === 'stored'
      ? [{ ...changeOf(orgId, outcome.message.conversationId), sequence: outcome.message.sequence }]
      : [],
  )

/** What decides who is let in: `forget` makes the next question read it anew. */
function createAdmissions({ connection: { statements, write }, forget }: RepositoryParts, orgId: OrgId) {
  return {
    async signOutVisitor(id, validFromMs) {
      const result = await write({
        *start() {
          yield* run(statements.signOutVisitor, { orgId, id, validFromMs })
          return { kind: 'written' } as const
        },
      })
      forget(orgId, id)
      return result
    },
    async signOutVisitors(validFromMs) {
      const result = await write({
        *start() {
          yield* run(statements.setOrgValidFrom, { orgId, validFromMs })
          return { kind: 'written' } as const
        },
      })
      forget(orgId)
      return result
    },
    async changeSettings(change) {
      const result = await write({ start: () => changeSettings(statements, orgId, change) })
      forget(orgId)
      return result
    },
    async allowOrigin(origin, most) {
      const result = await write({ start: () => allowOne(statements, orgId, origin, most) })
      forget(orgId)
      return result
    },
    async disallowOrigin(origin) {
      const result = await write({ start: () => disallowOne(statements, orgId, origin) })
      forget(orgId)
      return result
    },
  } satisfies Partial<OrgRepository>
}

/** How far each side has read. */
function createMarks({ statements, write }: StoreConnection, orgId: OrgId) {
  return {
    markRead: (id, wanted) =>
      write({
        start: () =>
          changeOne(statements, orgId, id, function* ({ latest_sequence, read_sequence }) {
            const sequence = Math.min(wanted, latest_sequence)
            return sequence > read_sequence ? yield* first(statements.setRead, { orgId, id, sequence }) : undefined
          }),
        changesOf: ({ kind }) => (kind === 'changed' ? [changeOf(orgId, id)] : []),
      }),
    markVisitorRead: (id, visitorId, wanted) =>
      write({
        start: () => markVisitorRead(statements, orgId, { id, visitorId, wanted }),
        changesOf: ({ kind }) => (kind === 'changed' ? [changeOf(orgId, id, 'agents')] : []),
      }),
  } satisfies Partial<OrgRepository>
}

/** Reads answer from the last commit; every write goes through the one writer. */
export function createOrgRepository(parts: RepositoryParts, orgId: OrgId): OrgRepository {
  const { connection, random } = parts
  const { statements, write } = connection
  const written = (work: () => Work<unknown>) =>
    write({
      *start() {
        yield* work()
        return { kind: 'written' } as const
      },
    })
  return {
    ...createReads(parts, orgId),
    ...createDeskRepository(connection, random, orgId),
    ...createErasureRepository(connection, parts.forget, orgId),
    openConversation: (wanted) =>
      write({
        start: () => openOne(statements, random, orgId, wanted),
        changesOf: ({ conversation, created }) => (created ? [changeOf(orgId, conversation.id)] : []),
      }),
    appendMessage(message) {
      const wanted = { orgId, id: messageId(random, message.nowMs), message }
      return write({
        start: () => append(statements, wanted),
        inBulk: { appends: [wanted], resultOf: ([outcome]) => outcome as AppendOutcome },
        changesOf: (outcome) => storedBy(orgId, [outcome]),
      })
    },
    appendMessages(messages) {
      const wanted = messages.map((message) => ({ orgId, id: messageId(random, message.nowMs), message }))
      return write({
        *start() {
          const outcomes: AppendOutcome[] = []
          for (const one of wanted) outcomes.push(yield* append(statements, one))
          return outcomes
        },
        inBulk: { appends: wanted, resultOf: (outcomes) => outcomes },
        changesOf: (outcomes) => storedBy(orgId, outcomes),
      })
    },
    setStatus: (id, status) =>
      write({
        start: () =>
          changeOne(statements, orgId, id, function* (before) {
            return before.status === status ? undefined : yield* first(statements.setStatus, { orgId, id, status })
          }),
        changesOf: ({ kind }) => (kind === 'changed' ? [changeOf(orgId, id)] : []),
      }),
    ...createMarks(connection, orgId),
    putProfile: (profile) =>
      write({
        start: () => putProfile(statements, orgId, profile),
        changesOf: (result) =>
          result.kind === 'kept' && result.conversation ? [changeOf(orgId, result.conversation.id, 'agents')] : [],
      }),
    ...createAdmissions(parts, orgId),
    rememberRefusedOrigin: (origin, nowMs) =>
      written(function* () {
        yield* run(statements.rememberRefusedOrigin, { orgId, origin, nowMs })
        yield* run(statements.forgetOldRefusedOrigins, { orgId, keep: keptRefusedOrigins })
      }),
  }
}
