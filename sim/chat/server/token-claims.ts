import { asRecord, asString, parseJson } from '@helvino/protocol'

/** What a token of ours says, read by whoever holds it. */
export interface TokenClaims {
  readonly orgId: string
  /** The visitor's public id; `undefined` in an agent's token. */
  readonly visitorId: string | undefined
  readonly issuedAtMs: number
  readonly expiresAtMs: number
}

/** The claims, unverified; `undefined` for what is no token of ours. */
export function readToken(token: string): TokenClaims | undefined {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')
  const claims = asRecord(parseJson(payload))
  const orgId = asString(claims?.['orgId'])
  const { iat, exp } = claims ?? {}
  if (orgId === undefined || typeof iat !== 'number' || typeof exp !== 'number') return undefined
  return { orgId, visitorId: asString(claims?.['vid']), issuedAtMs: iat * 1_000, expiresAtMs: exp * 1_000 }
}
