import { type AgentRole, isAtLeast, type OrgId } from '@helvino/protocol'
import type { Kysely } from 'kysely'
import type { AgentTables } from './agent-tables.ts'
import type { Library } from './login-library.ts'
import { isOverdue } from './session-life.ts'
import { isPassword } from './two-factor.ts'

/** A login of an agent, as they know it again. */
export interface KeptSession {
  readonly id: string
  /** As the browser called itself; empty where it did not. */
  readonly userAgent: string
  readonly createdAtMs: number
  /** To the hour. */
  readonly seenAtMs: number
}

/** What an agent does with their own login. */
export interface Account {
  /** Those that have not run out, the one that was seen last first. */
  listSessions(userId: string, nowMs: number): Promise<readonly KeptSession[]>
  /** Ends all logins of the user but `keep`; they open nothing from the next request on. */
  endSessions(userId: string, keep?: string): Promise<void>
  /** Ends all logins of a member of this organisation. `by` is the role of whoever wants it: an owner's are for owners to end. */
  signOutMember(orgId: OrgId, userId: string, by: AgentRole): Promise<'ended' | 'outranked' | 'no-member'>
  /** Sets another password and ends every other login. */
  changePassword(
    session: { readonly userId: string; readonly sessionId: string },
    current: string,
    next: string,
  ): Promise<'changed' | 'wrong'>
}

export function createAccount(database: Kysely<AgentTables>, library: () => Promise<Library>): Account {
  async function endSessions(userId: string, keep?: string): Promise<void> {
    const all = database.deleteFrom('session').where('userId', '=', userId)
    await (keep === undefined ? all : all.where('id', '<>', keep)).execute()
  }

  return {
    endSessions,
    async listSessions(userId, nowMs) {
      const rows = await database
        .selectFrom('session')
        .select(['id', 'userAgent', 'createdAt', 'updatedAt', 'expiresAt'])
        .where('userId', '=', userId)
        .execute()
      return rows
        .filter(({ createdAt, expiresAt }) => new Date(expiresAt).getTime() > nowMs && !isOverdue(createdAt, nowMs))
        .map(({ id, userAgent, createdAt, updatedAt }) => ({
          ...{ id, userAgent: userAgent ?? '' },
          createdAtMs: new Date(createdAt).getTime(),
          seenAtMs: new Date(updatedAt).getTime(),
        }))
        .toSorted((one, other) => other.seenAtMs - one.seenAtMs)
    },
    async signOutMember(orgId, userId, by) {
      const member = await database
        .selectFrom('agent_memberships')
        .select('role')
        .where('org_id', '=', orgId)
        .where('user_id', '=', userId)
        .executeTakeFirst()
      if (!member) return 'no-member'
      if (!isAtLeast(by, member.role)) return 'outranked'
      await endSessions(userId)
      return 'ended'
    },
    async changePassword({ userId, sessionId }, current, next) {
      const loaded = await library()
      if (!(await isPassword(loaded, userId, current))) return 'wrong'
      const { internalAdapter, password } = await loaded.$context
      await internalAdapter.updatePassword(userId, await password.hash(next))
      await endSessions(userId, sessionId)
      return 'changed'
    },
  }
}
