import { type AgentRole, asRecord, asString, decodeAgentRole, limits } from '@helvino/protocol'
import { decodeAgentAddress } from '../auth/agent-address.ts'

export interface InviteBody {
  readonly email: string
  readonly role: AgentRole
}

export function decodeInviteBody(body: unknown): InviteBody | undefined {
  const record = asRecord(body)
  const email = decodeAgentAddress(asString(record?.['email']))
  const role = decodeAgentRole(record?.['role'])
  return email !== undefined && role ? { email, role } : undefined
}

export const decodeRoleBody = (body: unknown) => decodeAgentRole(asRecord(body)?.['role'])

/** `undefined` for what can be none that we made. */
export const decodeInvitationToken = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[\w-]{43}$/.test(value) ? value : undefined

export interface AcceptBody {
  readonly token: string
  readonly name: string
  readonly password: string
}

export function decodeAcceptBody(body: unknown): AcceptBody | undefined {
  const record = asRecord(body)
  const token = asString(record?.['token'])
  const name = asString(record?.['name'])
    ?.trim()
    .replaceAll(/[\p{Cc}\p{Surrogate}]/gu, '')
  const password = asString(record?.['password'])
  if (token === undefined || name === undefined || password === undefined) return undefined
  if (name === '' || name.length > limits.nameLength) return undefined
  if (password.length < limits.passwordLeast || password.length > limits.passwordMost) return undefined
  return { token, name, password }
}
