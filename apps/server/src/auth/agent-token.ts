import { asString, type OrgId } from '@helvino/protocol'
import type { KeyRing } from './key-ring.ts'
import { signToken, type TokenMint, type TokenRules, type TokenVerification, verifyToken } from './signed-token.ts'

export interface AgentTokenClaims {
  readonly orgId: OrgId
  readonly userId: string
  readonly role: 'admin' | 'agent'
}

export function issueAgentToken(
  keyRing: KeyRing,
  { orgId, userId, role, ...mint }: AgentTokenClaims & TokenMint,
): string {
  return signToken(keyRing, 'agent-token', { orgId, sub: userId, role }, mint)
}

function decodeClaims(claims: Readonly<Record<string, unknown>>): AgentTokenClaims | undefined {
  const orgId = asString(claims['orgId'])
  const userId = asString(claims['sub'])
  const role = claims['role']
  if (!orgId || !userId || (role !== 'admin' && role !== 'agent')) return undefined
  return { orgId: orgId as OrgId, userId, role }
}

/** Never throws, whatever the text is. */
export const verifyAgentToken = (
  keyRing: KeyRing,
  token: string | undefined,
  rules: TokenRules,
): TokenVerification<AgentTokenClaims> => verifyToken(keyRing, 'agent-token', token, decodeClaims, rules)
