import type { OrgId } from '@helvino/protocol'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { AgentTables } from './agent-tables.ts'

export interface Member {
  readonly userId: string
  readonly name: string
  readonly email: string
  readonly role: 'admin' | 'agent'
}

export type MemberChange = 'changed' | 'last-admin' | 'no-member'

/** Who answers for an organisation. It always has an admin: the last one stays what they are. */
export interface Team {
  /** By name. */
  listMembers(orgId: OrgId): Promise<readonly Member[]>
  setRole(orgId: OrgId, userId: string, role: Member['role']): Promise<MemberChange>
  /** Ends their sessions too. */
  removeMember(orgId: OrgId, userId: string): Promise<MemberChange>
}

export interface TeamOptions {
  readonly database: Kysely<AgentTables>
  readonly dialect: 'sqlite' | 'postgres'
}

/**
 * One statement decides and changes. Where several servers write, it first locks the organisation's admins: of two who go at once the
 * second finds the first gone. SQLite has one writer.
 */
const adminsOf = (orgId: OrgId, dialect: TeamOptions['dialect']): RawBuilder<unknown> => {
  const admins = sql`SELECT user_id FROM agent_memberships WHERE org_id = ${orgId} AND role = 'admin'`
  return dialect === 'postgres' ? sql`${admins} ORDER BY user_id FOR UPDATE` : admins
}

const isNotTheLast = sql`(role <> 'admin' OR (SELECT count(*) FROM admins) > 1)`

export function createTeam({ database, dialect }: TeamOptions): Team {
  async function outcomeOf(changedRows: bigint | undefined, orgId: OrgId, userId: string): Promise<MemberChange> {
    if (changedRows !== undefined && changedRows > 0n) return 'changed'
    const member = await database
      .selectFrom('agent_memberships')
      .select('role')
      .where('org_id', '=', orgId)
      .where('user_id', '=', userId)
      .executeTakeFirst()
    return member ? 'last-admin' : 'no-member'
  }

  return {
    listMembers: (orgId) =>
      database
        .selectFrom('agent_memberships')
        .innerJoin('user', 'user.id', 'agent_memberships.user_id')
        .select(['user.id as userId', 'user.name', 'user.email', 'agent_memberships.role'])
        .where('agent_memberships.org_id', '=', orgId)
        .orderBy('user.name')
        .orderBy('user.id')
        .execute(),
    async setRole(orgId, userId, role) {
      const { numAffectedRows } = await sql`
        WITH admins AS (${adminsOf(orgId, dialect)})
        UPDATE agent_memberships SET role = ${role}
        WHERE user_id = ${userId} AND org_id = ${orgId} AND (${role} = 'admin' OR ${isNotTheLast})`.execute(database)
      return outcomeOf(numAffectedRows, orgId, userId)
    },
    async removeMember(orgId, userId) {
      const { numAffectedRows } = await sql`
        WITH admins AS (${adminsOf(orgId, dialect)})
        DELETE FROM agent_memberships
        WHERE user_id = ${userId} AND org_id = ${orgId} AND ${isNotTheLast}`.execute(database)
      const outcome = await outcomeOf(numAffectedRows, orgId, userId)
      // Without the membership they open nothing; without the rows nobody has to ask.
      if (outcome === 'changed') await database.deleteFrom('session').where('userId', '=', userId).execute()
      return outcome
    },
  }
}
