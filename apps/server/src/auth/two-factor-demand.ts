import type { OrgId } from '@helvino/protocol'
import type { Kysely } from 'kysely'
import type { AgentTables } from './agent-tables.ts'
import type { TwoFactor } from './two-factor.ts'

/** An organisation may ask all of its members for a code beside the password. Whoever has none then does nothing but set one up. */
export interface TwoFactorDemand {
  isMade(orgId: OrgId): Promise<boolean>
  /** The organisation asks for one, and this member has none. */
  isOpen(orgId: OrgId, userId: string): Promise<boolean>
  /** Ends the logins of every member who has none. `own-missing`: nobody demands what they have not themselves. */
  make(orgId: OrgId, byUserId: string): Promise<'made' | 'own-missing'>
  drop(orgId: OrgId): Promise<void>
  /** Ends the logins of a member who has turned theirs off while the demand was being made. */
  enforce(orgId: OrgId, userId: string): Promise<void>
}

export function createTwoFactorDemand(database: Kysely<AgentTables>, hasTwoFactor: TwoFactor['isOn']): TwoFactorDemand {
  async function isMade(orgId: OrgId): Promise<boolean> {
    const demand = await database
      .selectFrom('agent_two_factor_demands')
      .select('org_id')
      .where('org_id', '=', orgId)
      .executeTakeFirst()
    return demand !== undefined
  }

  /** Members without a code. */
  async function listLacking(orgId: OrgId): Promise<readonly string[]> {
    const members = await database
      .selectFrom('agent_memberships')
      .innerJoin('user', 'user.id', 'agent_memberships.user_id')
      .select(['user.id', 'user.twoFactorEnabled'])
      .where('agent_memberships.org_id', '=', orgId)
      .execute()
    return members.filter(({ twoFactorEnabled }) => !twoFactorEnabled).map(({ id }) => id)
  }

  const isOpen = async (orgId: OrgId, userId: string) => (await isMade(orgId)) && !(await hasTwoFactor(userId))

  return {
    isMade,
    isOpen,
    async make(orgId, byUserId) {
      if (!(await hasTwoFactor(byUserId))) return 'own-missing'
      await database
        .insertInto('agent_two_factor_demands')
        .values({ org_id: orgId })
        .onConflict((on) => on.doNothing())
        .execute()
      // After it: a login that comes in between gets no token, and needs none that it has.
      const lacking = await listLacking(orgId)
      if (lacking.length > 0) await database.deleteFrom('session').where('userId', 'in', lacking).execute()
      return 'made'
    },
    async drop(orgId) {
      await database.deleteFrom('agent_two_factor_demands').where('org_id', '=', orgId).execute()
    },
    async enforce(orgId, userId) {
      if (await isOpen(orgId, userId)) await database.deleteFrom('session').where('userId', '=', userId).execute()
    },
  }
}
