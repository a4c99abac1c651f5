import { asRecord, asString, decodeList } from './record.ts'

/** Each may do what those before it may. */
export const agentRoles = ['agent', 'admin', 'owner'] as const

/** An agent answers visitors, an admin changes settings and the team, an owner says who owns. */
export type AgentRole = (typeof agentRoles)[number]

/** Whether `role` may do what `least` may. */
export const isAtLeast = (role: AgentRole, least: AgentRole): boolean =>
  agentRoles.indexOf(role) >= agentRoles.indexOf(least)

/** Somebody who answers for an organisation. */
interface TeamMember {
  readonly userId: string
  readonly name: string
  readonly email: string
  readonly role: AgentRole
  readonly isYou: boolean
  /** Their login asks for a code beside the password. Told to admins. */
  readonly hasTwoFactor?: boolean
}

/** Who has been asked to join and has not yet. */
export interface OpenInvitation {
  readonly id: string
  readonly email: string
  readonly role: AgentRole
  /** ISO 8601, UTC. */
  readonly createdAt: string
  readonly expiresAt: string
}

export interface Team {
  readonly members: readonly TeamMember[]
  /** For admins only; empty for everybody else. */
  readonly invitations: readonly OpenInvitation[]
  /** Every member's login has to ask for a code beside the password. */
  readonly demandsTwoFactor: boolean
}

/** An invitation that was just made. The token is in no other answer: whoever has it may join. */
export interface NewInvitation extends OpenInvitation {
  readonly token: string
}

/** What an invitation says to whoever holds its token. */
export interface InvitationOffer {
  readonly email: string
  readonly role: AgentRole
  readonly orgName: string
  readonly expiresAt: string
}

/** Carries the token to `GET /api/invitation`. Apart from `headers`, which a visitor's page carries as a whole. */
export const invitationTokenHeader = 'x-invitation-token'

export const decodeAgentRole = (value: unknown): AgentRole | undefined => agentRoles.find((role) => role === value)

function decodeMember(value: unknown): TeamMember | undefined {
  const record = asRecord(value)
  const userId = asString(record?.['userId'])
  const name = asString(record?.['name'])
  const email = asString(record?.['email'])
  const role = decodeAgentRole(record?.['role'])
  if (userId === undefined || name === undefined || email === undefined || !role) return undefined
  const hasTwoFactor = record?.['hasTwoFactor']
  return {
    ...{ userId, name, email, role, isYou: record?.['isYou'] === true },
    ...(typeof hasTwoFactor === 'boolean' && { hasTwoFactor }),
  }
}

function decodeOpenInvitation(value: unknown): OpenInvitation | undefined {
  const record = asRecord(value)
  const id = asString(record?.['id'])
  const email = asString(record?.['email'])
  const role = decodeAgentRole(record?.['role'])
  const createdAt = asString(record?.['createdAt'])
  const expiresAt = asString(record?.['expiresAt'])
  if (id === undefined || email === undefined || !role || createdAt === undefined || expiresAt === undefined)
    return undefined
  return { id, email, role, createdAt, expiresAt }
}

export function decodeTeam(value: unknown): Team | undefined {
  const record = asRecord(value)
  const members = decodeList(record?.['members'], decodeMember)
  const invitations = decodeList(record?.['invitations'] ?? [], decodeOpenInvitation)
  const demandsTwoFactor = record?.['demandsTwoFactor'] === true
  return members && invitations && { members, invitations, demandsTwoFactor }
}

export function decodeNewInvitation(value: unknown): NewInvitation | undefined {
  const invitation = decodeOpenInvitation(value)
  const token = asString(asRecord(value)?.['token'])
  return invitation && token !== undefined ? { ...invitation, token } : undefined
}

export function decodeInvitationOffer(value: unknown): InvitationOffer | undefined {
  const record = asRecord(value)
  const email = asString(record?.['email'])
  const role = decodeAgentRole(record?.['role'])
  const orgName = asString(record?.['orgName'])
  const expiresAt = asString(record?.['expiresAt'])
  if (email === undefined || !role || orgName === undefined || expiresAt === undefined) return undefined
  return { email, role, orgName, expiresAt }
}
