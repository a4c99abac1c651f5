import { type AgentRole, asString, decodeAgentRole, type OrgId } from '@helvino/protocol'
import type { KeyRing } from './key-ring.ts'
import { signToken, type TokenMint, type TokenRules, type TokenVerification, verifyToken } from './signed-token.ts'
import type { VerifiedTokens } from './verified-tokens.ts'

export interface AgentTokenClaims {
  readonly orgId: OrgId
  readonly userId: string
  /** The login that it was made from: the token is worth nothing once that has ended. */
  readonly sessionId: string
  readonly role: AgentRole
}

export function issueAgentToken(
  keyRing: KeyRing,
  { orgId, userId, sessionId, role, ...mint }: AgentTokenClaims & TokenMint,
): string {
  return signToken(keyRing, 'agent-token', { orgId, sub: userId, sid: sessionId, role }, mint)
}

function decodeClaims(claims: Readonly<Record<string, unknown>>): AgentTokenClaims | undefined {
  const orgId = asString(claims['orgId'])
  const userId = asString(claims['sub'])
  const sessionId = asString(claims['sid'])
  const role = decodeAgentRole(claims['role'])
  if (!orgId || !userId || !sessionId || !role) return undefined
  return { orgId: orgId as OrgId, userId, sessionId, role }
}

/** Never throws, whatever the text is. */
export const verifyAgentToken = (
  keyRing: KeyRing,
  token: string | undefined,
  rules: TokenRules,
  verified?: VerifiedTokens,
): TokenVerification<AgentTokenClaims> => verifyToken(keyRing, 'agent-token', token, decodeClaims, rules, verified)
