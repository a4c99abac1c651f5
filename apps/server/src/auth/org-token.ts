import { asString, type OrgId, type PublicVisitorId } from '@helvino/protocol'
import type { KeyRing } from './key-ring.ts'
import { signToken, type TokenMint, type TokenRules, type TokenVerification, verifyToken } from './signed-token.ts'
import type { VerifiedTokens } from './verified-tokens.ts'

export interface OrgTokenClaims {
  readonly orgId: OrgId
  readonly orgKey: string
  /** `undefined` for a token that is bound to no visitor. */
  readonly visitorId: PublicVisitorId | undefined
}

export function issueOrgToken(
  keyRing: KeyRing,
  { orgId, orgKey, visitorId, ...mint }: OrgTokenClaims & TokenMint,
): string {
  // JSON leaves out what is undefined: an unbound token has no `vid`.
  return signToken(keyRing, 'org-token', { orgId, orgKey, vid: visitorId }, mint)
}

function decodeClaims(claims: Readonly<Record<string, unknown>>): OrgTokenClaims | undefined {
  const orgId = asString(claims['orgId'])
  const orgKey = asString(claims['orgKey'])
  const visitorId = asString(claims['vid'])
  if (!orgId || !orgKey || ('vid' in claims && !visitorId)) return undefined
  return { orgId: orgId as OrgId, orgKey, visitorId: visitorId as PublicVisitorId | undefined }
}

/** Never throws, whatever the text is. */
export const verifyOrgToken = (
  keyRing: KeyRing,
  token: string | undefined,
  rules: TokenRules,
  verified?: VerifiedTokens,
): TokenVerification<OrgTokenClaims> => verifyToken(keyRing, 'org-token', token, decodeClaims, rules, verified)
