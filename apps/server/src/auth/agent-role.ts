import type { Kysely } from 'kysely'
import { compile } from '../store/statement.ts'
import { first, type Work } from '../store/work.ts'
import type { AgentTables } from './agent-tables.ts'
import type { FindAgentRole } from './principal.ts'
import { isOverdue } from './session-life.ts'

interface Wanted {
  readonly sessionId: string
  readonly userId: string
  readonly orgId: string
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

/** Whether somebody answers for an organisation. The agents' tables must be there. */
export function prepareIsMember(
  database: Kysely<AgentTables>,
  read: <Result>(work: Work<Result>) => Promise<Result>,
): (orgId: string, userId: string) => Promise<boolean> {
  const membership = compile((p: { readonly orgId: string; readonly userId: string }) =>
    database
      .selectFrom('agent_memberships')
      .select('role')
      .where('user_id', '=', p.userId)
      .where('org_id', '=', p.orgId),
  )
  return async (orgId, userId) => (await read(first(membership, { orgId, userId }))) !== undefined
}

/**
 * One compiled read, since every call of an agent asks. No join and no range: SQLite plans those anew for each value, which costs ten times
 * the reading. The agents' tables must be there.
 */
export function prepareFindAgentRole(
  database: Kysely<AgentTables>,
  read: <Result>(work: Work<Result>) => Promise<Result>,
): FindAgentRole {
  const role = compile((p: Wanted) =>
    database
      .selectFrom('session')
      .select(({ selectFrom }) => [
        'session.expiresAt',
        'session.createdAt',
        selectFrom('agent_memberships')
          .select('agent_memberships.role')
          .where('agent_memberships.user_id', '=', p.userId)
          .where('agent_memberships.org_id', '=', p.orgId)
          .as('role'),
      ])
      .where('session.id', '=', p.sessionId)
      .where('session.userId', '=', p.userId),
  )
  return async ({ nowMs, ...wanted }) => {
    const held = await read(first(role, wanted))
    if (!held?.role || isOverdue(held.createdAt, nowMs)) return undefined
    // A text in SQLite, a `Date` in PostgreSQL.
    return new Date(held.expiresAt).getTime() > nowMs ? held.role : undefined
  }
}
