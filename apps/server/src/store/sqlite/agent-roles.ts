import type { AgentTables } from '../../auth/agent-tables.ts'
import type { FindAgentRole } from '../../auth/principal.ts'
import type { OpenSqlite } from './open-sqlite.ts'
import { prepare } from './prepared.ts'

interface Wanted {
  readonly sessionId: string
  readonly userId: string
  readonly orgId: string
  /** As the login library keeps instants: ISO 8601, UTC, whose order is that of their texts. */
  readonly now: string
}

/** One compiled read, since every call of an agent asks. The agents' tables must be there. */
export function prepareFindAgentRole({ database, kysely }: OpenSqlite): FindAgentRole {
  const role = prepare(database, (p: Wanted) =>
    kysely
      .$extendTables<AgentTables>()
      .selectFrom('session')
      .innerJoin('agent_memberships', 'agent_memberships.user_id', 'session.userId')
      .select('agent_memberships.role')
      .where('session.id', '=', p.sessionId)
      .where('session.userId', '=', p.userId)
      .where('session.expiresAt', '>', p.now)
      .where('agent_memberships.org_id', '=', p.orgId),
  )
  return ({ nowMs, ...wanted }) => role.first({ ...wanted, now: new Date(nowMs).toISOString() })?.role
}
