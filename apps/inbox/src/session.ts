import { type AgentRole, asRecord, asString, decodeAgentRole, isAtLeast } from '@helvino/protocol'

/** Who is logged in on this page. */
export interface Session {
  readonly user: { readonly id: string; readonly name: string; readonly email: string }
  readonly org: { readonly id: string; readonly name: string }
  readonly role: AgentRole
  /** The organisation asks for a code beside the password, and this login has none: nothing else is open to it. */
  readonly mustSetUpTwoFactor: boolean
}

/** Decodes the answer to `GET /api/agent/session` and to a login. */
export function decodeSession(value: unknown): Session | undefined {
  const record = asRecord(value)
  const user = asRecord(record?.['user'])
  const org = asRecord(record?.['org'])
  const userId = asString(user?.['id'])
  const orgId = asString(org?.['id'])
  if (userId === undefined || orgId === undefined) return undefined
  return {
    user: { id: userId, name: asString(user?.['name']) ?? '', email: asString(user?.['email']) ?? '' },
    org: { id: orgId, name: asString(org?.['name']) ?? '' },
    // What the page shows to some only, the server refuses to others: an unknown role sees less.
    role: decodeAgentRole(user?.['role']) ?? 'agent',
    mustSetUpTwoFactor: record?.['mustSetUpTwoFactor'] === true,
  }
}

/** Whether the page offers what an admin may do. */
export const mayAdminister = ({ role }: Session): boolean => isAtLeast(role, 'admin')
