import {
  type AuditAction,
  type AuditChange,
  type AuditEntry,
  type AuditPage,
  decodeAuditChanges,
  limits,
  type OrgId,
  parseJson,
} from '@helvino/protocol'
import type { Clock, Random } from '@helvino/runtime'
import { type Kysely, sql } from 'kysely'
import { messageId } from '../store/message-id.ts'
import type { AgentTables } from './agent-tables.ts'

/** What somebody did. It holds no secret and no text that a visitor or an agent wrote. */
export interface Act {
  readonly orgId: OrgId
  /** `undefined`: nobody who is known. */
  readonly actorId: string | undefined
  readonly action: AuditAction
  /** Whom or what it was done to: a member, or an address or origin as it stands. */
  readonly subject?: string | { readonly userId: string } | undefined
  readonly changes?: readonly AuditChange[] | undefined
}

/** What was done in an organisation, by whom. It is only ever added to; the oldest go when there is no room. */
export interface Audit {
  /** `addressKey`: see `createAddressKey`. Rejects where it cannot be written. */
  record(act: Act, addressKey: string): Promise<void>
  /** Newest first; `before` is an entry's id, or what `nextBefore` said. */
  list(orgId: OrgId, before: string | undefined, limit: number): Promise<AuditPage>
}

type Row = AgentTables['agent_audit']

const entryOf = (row: Row): AuditEntry => ({
  id: row.id,
  at: new Date(row.at_ms).toISOString(),
  action: row.action,
  actor: { name: row.actor_name, email: row.actor_email },
  addressKey: row.address_key,
  subject: row.subject,
  changes: decodeAuditChanges(parseJson(row.changes)),
})

const failed = 'login_failed' satisfies AuditAction

/** Longer than an origin or an address can be. */
const longestSubject = 300

export function createAudit(database: Kysely<AgentTables>, clock: Clock, random: Random): Audit {
  async function findPeople(ids: readonly (string | undefined)[]) {
    const wanted = ids.filter((id) => id !== undefined)
    if (wanted.length === 0) return []
    return database.selectFrom('user').select(['id', 'name', 'email']).where('id', 'in', wanted).execute()
  }

  /** Failed logins are counted apart: whoever guesses at a password must not be able to push the acts out. */
  async function trim(orgId: OrgId, isFailedLogin: boolean): Promise<void> {
    const most = isFailedLogin ? limits.auditFailedLogins : limits.auditEntries
    const kind = isFailedLogin ? sql`action = ${failed}` : sql`action <> ${failed}`
    await sql`
      DELETE FROM agent_audit WHERE org_id = ${orgId} AND ${kind} AND id <= (
        SELECT id FROM agent_audit WHERE org_id = ${orgId} AND ${kind} ORDER BY id DESC LIMIT 1 OFFSET ${most}
      )`.execute(database)
  }

  return {
    async record({ orgId, actorId, action, subject = '', changes = [] }, addressKey) {
      const subjectId = typeof subject === 'string' ? undefined : subject.userId
      const people = await findPeople([actorId, subjectId])
      const actor = people.find(({ id }) => id === actorId)
      const about = typeof subject === 'string' ? subject : people.find(({ id }) => id === subjectId)?.email
      const nowMs = clock.nowMs()
      const row: Row = {
        ...{ org_id: orgId, id: messageId(random, nowMs), at_ms: nowMs, action },
        actor_id: actorId ?? null,
        actor_name: actor?.name ?? '',
        actor_email: actor?.email ?? '',
        subject: (about ?? '').slice(0, longestSubject),
        address_key: addressKey,
        changes: JSON.stringify(changes),
      }
      await database.insertInto('agent_audit').values(row).execute()
      await trim(orgId, action === failed)
    },
    async list(orgId, before, limit) {
      const all = database.selectFrom('agent_audit').selectAll().where('org_id', '=', orgId)
      const older = before === undefined ? all : all.where('id', '<', before)
      const rows = await older
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute()
      const entries = rows.slice(0, limit).map(entryOf)
      const last = rows.length > limit ? entries.at(-1) : undefined
      return { entries, ...(last && { nextBefore: last.id }) }
    },
  }
}
