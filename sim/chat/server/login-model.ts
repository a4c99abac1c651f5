import type { OrgId } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { Agents, OpenedAgents } from '../../../apps/server/src/auth/agents.ts'
import type { SimDisk } from './sim-disk.ts'

interface SessionRow {
  readonly id: string
  readonly userId: string
  readonly expiresAt: string
}
interface MembershipRow {
  readonly org_id: string
  readonly role: 'admin' | 'agent'
}

// No join and no range: SQLite plans those anew for each value, which costs more than all the rest of a request.
const selectSession = 'SELECT id, "userId", "expiresAt" FROM session WHERE token = ?'
const selectMembership = 'SELECT org_id, role FROM agent_memberships WHERE user_id = ?'

/** A model of the login library, which hashes in threads of its own: a cookie names a row of the session table. Nobody logs in. */
export function loginModel(disk: SimDisk, clock: Clock): Agents & Pick<OpenedAgents, 'twoFactorDemand'> {
  const unused = () => Promise.reject(new Error('no world logs in'))
  const never = () => Promise.resolve(false)
  return {
    twoFactorDemand: { isMade: never, isOpen: never, make: unused, drop: unused, enforce: unused },
    findSession(cookie) {
      const [row] = disk.all<SessionRow>(selectSession, cookie)
      const [membership] = row ? disk.all<MembershipRow>(selectMembership, row.userId) : []
      if (!row || !membership || row.expiresAt <= new Date(clock.nowMs()).toISOString())
        return Promise.resolve({ kind: 'none' })
      const { id, userId } = row
      const { org_id, role } = membership
      const session = {
        sessionId: id,
        userId,
        orgId: org_id as OrgId,
        role,
        email: `${userId}@chat.example`,
        name: userId,
        startedAt: new Date(clock.nowMs()),
      }
      return Promise.resolve({ kind: 'found', session, setCookies: [] })
    },
    logIn: unused,
    logOut: unused,
    findMember: unused,
    putAgent: unused,
    join: unused,
    moveMembers: unused,
  }
}
