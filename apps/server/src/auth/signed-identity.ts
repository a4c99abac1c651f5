import { createSecretKey } from 'node:crypto'
import { asRecord, limits, parseJson } from '@helvino/protocol'
import { isSignedBy, skewSeconds, splitToken } from './signed-token.ts'

/** What a site's own server says of its user beside their id; each at most 200 characters. */
export interface SignedClaims {
  readonly name?: string
  readonly email?: string
}

/** Whom a site's own server says its visitor is. */
export type IdentityVerification =
  | { readonly kind: 'valid'; readonly subject: string; readonly claims: SignedClaims }
  /** `hint`: what the site's developer can do about it. */
  | { readonly kind: 'refused'; readonly hint: string }

/** A token must not be good for longer than this, in seconds. */
const longestSeconds = 24 * 60 * 60

const refuse = (hint: string): IdentityVerification => ({ kind: 'refused', hint })

/** What the libraries of other languages write: HS256, and a type that is `JWT` or left out. Nothing that would have to be understood. */
function isPlainHeader(headerPart: string): boolean {
  const header = asRecord(parseJson(Buffer.from(headerPart, 'base64url').toString('utf8')))
  const { alg, typ = 'JWT', crit } = { ...header }
  return alg === 'HS256' && typeof typ === 'string' && typ.toUpperCase() === 'JWT' && crit === undefined
}

/** NumericDate (RFC 7519 section 2), which may have a fraction. */
const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

const isShortText = (value: unknown): value is string | undefined =>
  value === undefined || (typeof value === 'string' && value.length <= limits.identityLength)

/**
 * Verifies a JWT (RFC 7519) of the site's server, in the order of our own tokens: length, spelling, signature, header, claims, issued, expired,
 * life. `secrets`: all that count at present, as their text; the text's bytes are the key, as every library takes it. Never throws.
 */
export function verifyIdentity(token: string, secrets: readonly string[], nowMs: number): IdentityVerification {
  const parts = splitToken(token)
  if (!parts) return refuse('Send a JWT of at most 4,096 characters.')
  if (!secrets.some((secret) => isSignedBy(parts, createSecretKey(secret, 'utf8'))))
    return refuse("Sign it with the organisation's identity secret, which an admin reads at GET /api/agent/identity.")
  if (!isPlainHeader(parts.headerPart)) return refuse('Sign it as HS256, with no header beyond "alg", "typ" and "kid".')
  const { sub, exp, iat, nbf, name, email } = { ...asRecord(parseJson(parts.payload.toString('utf8'))) }
  if (typeof sub !== 'string' || sub === '' || sub.length > limits.identityLength)
    return refuse('"sub" is your own id of the user, a text of 1 to 200 characters.')
  if (!isTime(exp)) return refuse('"exp" is required, in seconds since 1970.')
  if (!isShortText(name) || !isShortText(email))
    return refuse('"name" and "email" are texts of at most 200 characters.')
  const latest = nowMs / 1_000 + skewSeconds
  for (const since of [iat, nbf])
    if (since !== undefined && !(isTime(since) && since <= latest))
      return refuse('"iat" and "nbf" must not be in the future: compare the clocks.')
  if (nowMs >= exp * 1_000) return refuse('It has expired: sign a new one for each page, or give a getToken.')
  if (exp > latest + longestSeconds) return refuse('"exp" must be at most 24 hours ahead.')
  return {
    kind: 'valid',
    subject: sub,
    claims: { ...(name !== undefined && { name }), ...(email !== undefined && { email }) },
  }
}
