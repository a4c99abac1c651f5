import type { OrgId } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { Agents } from '../../../apps/server/src/auth/agents.ts'
import type { SimDisk } from './sim-disk.ts'

interface SessionRow {
  readonly id: string
  readonly userId: string
  readonly org_id: string
  readonly role: 'admin' | 'agent'
}

const select = `SELECT session.id, session."userId", org_id, role FROM session
  JOIN agent_memberships ON user_id = session."userId" WHERE session.token = ? AND session."expiresAt" > ?`

/** A model of the login library, which hashes in threads of its own: a cookie names a row of the session table. Nobody logs in. */
export function loginModel(disk: SimDisk, clock: Clock): Agents {
  const unused = () => Promise.reject(new Error('no world logs in'))
  return {
    findSession(cookie) {
      const [row] = disk.all<SessionRow>(select, cookie, new Date(clock.nowMs()).toISOString())
      if (!row) return Promise.resolve({ kind: 'none' })
      const { id, userId, role } = row
      const session = {
        sessionId: id,
        userId,
        orgId: row.org_id as OrgId,
        role,
        email: `${userId}@chat.example`,
        name: userId,
      }
      return Promise.resolve({ kind: 'found', session, setCookies: [] })
    },
    logIn: unused,
    logOut: unused,
    putAgent: unused,
    moveMembers: unused,
  }
}
