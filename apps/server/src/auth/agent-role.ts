import type { Kysely } from 'kysely'
import { compile } from '../store/statement.ts'
import { first, type Work } from '../store/work.ts'
import type { AgentTables } from './agent-tables.ts'
import type { FindAgentRole } from './principal.ts'

interface Wanted {
  readonly sessionId: string
  readonly userId: string
  readonly orgId: string
  /** ISO 8601, UTC: as SQLite holds instants, where their order is that of their texts, and as PostgreSQL reads them. */
  readonly now: string
}

/** What somebody is called; `undefined` for nobody. The agents' tables must be there. */
export function prepareFindAgentName(
  database: Kysely<AgentTables>,
  read: <Result>(work: Work<Result>) => Promise<Result>,
): (userId: string) => Promise<string | undefined> {
  const named = compile((p: { readonly userId: string }) =>
    database.selectFrom('user').select('name').where('id', '=', p.userId),
  )
  return async (userId) => (await read(first(named, { userId })))?.name
}

/** One compiled read, since every call of an agent asks. The agents' tables must be there. */
export function prepareFindAgentRole(
  database: Kysely<AgentTables>,
  read: <Result>(work: Work<Result>) => Promise<Result>,
): FindAgentRole {
  const role = compile((p: Wanted) =>
    database
      .selectFrom('session')
      .innerJoin('agent_memberships', 'agent_memberships.user_id', 'session.userId')
      .select('agent_memberships.role')
      .where('session.id', '=', p.sessionId)
      .where('session.userId', '=', p.userId)
      .where('session.expiresAt', '>', p.now)
      .where('agent_memberships.org_id', '=', p.orgId),
  )
  return async ({ nowMs, ...wanted }) =>
    (await read(first(role, { ...wanted, now: new Date(nowMs).toISOString() })))?.role
}
