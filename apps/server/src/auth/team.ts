import { type AgentRole, agentRoles, isAtLeast, type OrgId } from '@helvino/protocol'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { AgentTables } from './agent-tables.ts'

export interface Member {
  readonly userId: string
  readonly name: string
  readonly email: string
  readonly role: AgentRole
  /** Their login asks for a code beside the password. */
  readonly hasTwoFactor: boolean
}

/** `outranked`: of an owner, and of who becomes one, owners alone decide. */
export type MemberChange = 'changed' | 'last-owner' | 'outranked' | 'no-member'

/** Who answers for an organisation. It always has an owner: the last one stays what they are. `by` is the role of whoever decides. */
export interface Team {
  /** By name. */
  listMembers(orgId: OrgId): Promise<readonly Member[]>
  /** Takes back the open invitations of theirs that they could not make any more. */
  setRole(orgId: OrgId, userId: string, role: AgentRole, by: AgentRole): Promise<MemberChange>
  /** Ends their sessions, takes back their open invitations, and forgets their password and second factor; the name stays with what they wrote. */
  removeMember(orgId: OrgId, userId: string, by: AgentRole): Promise<MemberChange>
}

export interface TeamOptions {
  readonly database: Kysely<AgentTables>
  readonly dialect: 'sqlite' | 'postgres'
}

/**
 * One statement decides and changes. Where several servers write, it first locks the organisation's owners: of two who go at once the
 * second finds the first gone. SQLite has one writer.
 */
const ownersOf = (orgId: OrgId, dialect: TeamOptions['dialect']): RawBuilder<unknown> => {
  const owners = sql`SELECT user_id FROM agent_memberships WHERE org_id = ${orgId} AND role = 'owner'`
  return dialect === 'postgres' ? sql`${owners} ORDER BY user_id FOR UPDATE` : owners
}

/** The row may lose its role by the will of somebody with the role `by`. */
const mayGo = (by: AgentRole): RawBuilder<unknown> =>
  by === 'owner' ? sql`(role <> 'owner' OR (SELECT count(*) FROM owners) > 1)` : sql`role <> 'owner'`

export function createTeam({ database, dialect }: TeamOptions): Team {
  async function outcomeOf(
    { numAffectedRows }: { readonly numAffectedRows?: bigint | undefined },
    { orgId, userId, by }: { readonly orgId: OrgId; readonly userId: string; readonly by: AgentRole },
  ): Promise<MemberChange> {
    if (numAffectedRows !== undefined && numAffectedRows > 0n) return 'changed'
    const member = await database
      .selectFrom('agent_memberships')
      .select('role')
      .where('org_id', '=', orgId)
      .where('user_id', '=', userId)
      .executeTakeFirst()
    if (!member) return 'no-member'
    return by === 'owner' ? 'last-owner' : 'outranked'
  }

  /** Whoever was put out, or down, does not come back by what they had made before. */
  async function takeBack(orgId: OrgId, userId: string, mayInvite: (role: AgentRole) => boolean): Promise<void> {
    const roles = agentRoles.filter((each) => !mayInvite(each))
    if (roles.length === 0) return
    await database
      .deleteFrom('agent_invitations')
      .where('org_id', '=', orgId)
      .where('invited_by', '=', userId)
      .where('role', 'in', roles)
      .execute()
  }

  return {
    async listMembers(orgId) {
      const rows = await database
        .selectFrom('agent_memberships')
        .innerJoin('user', 'user.id', 'agent_memberships.user_id')
        .select(['user.id as userId', 'user.name', 'user.email', 'agent_memberships.role', 'user.twoFactorEnabled'])
        .where('agent_memberships.org_id', '=', orgId)
        .orderBy('user.name')
        .orderBy('user.id')
        .execute()
      return rows.map(({ twoFactorEnabled, ...member }) => ({ ...member, hasTwoFactor: Boolean(twoFactorEnabled) }))
    },
    async setRole(orgId, userId, role, by) {
      if (role === 'owner' && by !== 'owner') return outcomeOf({}, { orgId, userId, by })
      const changed = await sql`
        WITH owners AS (${ownersOf(orgId, dialect)})
        UPDATE agent_memberships SET role = ${role}
        WHERE user_id = ${userId} AND org_id = ${orgId} AND (${role} = 'owner' OR ${mayGo(by)})`.execute(database)
      const outcome = await outcomeOf(changed, { orgId, userId, by })
      const mayInvite = (invited: AgentRole) => isAtLeast(role, 'admin') && isAtLeast(role, invited)
      if (outcome === 'changed') await takeBack(orgId, userId, mayInvite)
      return outcome
    },
    async removeMember(orgId, userId, by) {
      const removed = await sql`
        WITH owners AS (${ownersOf(orgId, dialect)})
        DELETE FROM agent_memberships
        WHERE user_id = ${userId} AND org_id = ${orgId} AND ${mayGo(by)}`.execute(database)
      const outcome = await outcomeOf(removed, { orgId, userId, by })
      if (outcome !== 'changed') return outcome
      // Without the membership they open nothing; without the rows nobody has to ask.
      for (const table of ['session', 'account', 'twoFactor'] as const)
        await database.deleteFrom(table).where('userId', '=', userId).execute()
      await takeBack(orgId, userId, () => false)
      return outcome
    },
  }
}
