import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import { asRecord, limits, parseJson } from '@helvino/protocol'
import type { KeyPurpose, KeyRing } from './key-ring.ts'
import type { VerifiedTokens } from './verified-tokens.ts'

export type TokenVerification<Claims> =
  | { readonly kind: 'valid'; readonly claims: Claims & TokenTimes }
  | { readonly kind: 'refused'; readonly code: 'token_missing' | 'token_invalid' }
  /** Whose it was is known: we signed it. */
  | { readonly kind: 'refused'; readonly code: 'token_expired'; readonly claims: Claims }

export interface TokenTimes {
  readonly issuedAtMs: number
  readonly expiresAtMs: number
}

export interface TokenRules {
  readonly nowMs: number
  /** A token that lives longer is refused, though its signature is right. */
  readonly lifetimeSeconds: number
}

export interface TokenMint extends TokenRules {
  /** Tokens issued before this instant are refused; the new one is issued at or after it. */
  readonly validFromMs: number
}

type Json = Readonly<Record<string, unknown>>

/** How far another node's clock may run ahead. */
export const skewSeconds = 60

/** A JWS in compact form (RFC 7515 section 7.1), signed by the newest key of its purpose. */
export function signToken(keyRing: KeyRing, purpose: KeyPurpose, claims: Json, mint: TokenMint): string {
  const { headerPart, key } = keyRing.signingKey(purpose)
  // A token knows whole seconds only. One that is issued in the second of a sign-out counts as issued after it, within
  // the clocks' tolerance: otherwise whoever signs in again at once would be refused until the second is over.
  const iat = Math.max(Math.floor(mint.nowMs / 1_000), Math.ceil(mint.validFromMs / 1_000))
  const payload = JSON.stringify({ ...claims, iat, exp: iat + mint.lifetimeSeconds })
  const signed = `${headerPart}.${Buffer.from(payload).toString('base64url')}`
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
}

/** The bytes, where the text is the one canonical spelling of them (RFC 4648 section 5, no padding). */
function decodePart(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, 'base64url')
  return part !== '' && bytes.toString('base64url') === part ? bytes : undefined
}

/** A token in its three parts, each in its canonical spelling, read no further. */
export interface TokenParts {
  readonly headerPart: string
  /** What the signature is over. */
  readonly signed: string
  readonly payload: Buffer
  readonly mac: Buffer
}

/** `undefined` for what is too long, has not three parts, or spells one of them in another way. */
export function splitToken(token: string): TokenParts | undefined {
  if (token.length > limits.tokenLength) return undefined
  const parts = token.split('.', 4)
  const [headerPart, payloadPart, signature] = parts
  if (parts.length !== 3 || headerPart === undefined || payloadPart === undefined || signature === undefined)
    return undefined
  const payload = decodePart(payloadPart)
  const mac = decodePart(signature)
  if (!decodePart(headerPart) || !payload || !mac) return undefined
  return { headerPart, signed: `${headerPart}.${payloadPart}`, payload, mac }
}

/** Compares over the bytes as they came, in constant time. */
export function isSignedBy({ signed, mac }: TokenParts, key: KeyObject): boolean {
  const expected = createHmac('sha256', key).update(signed).digest()
  return mac.length === expected.length && timingSafeEqual(mac, expected)
}

/** The payload of a token that one of our keys of this purpose has signed, byte for byte. */
function openToken(
  keyRing: KeyRing,
  purpose: KeyPurpose,
  token: string,
  verified: VerifiedTokens | undefined,
): Json | undefined {
  const known = verified?.find(keyRing, purpose, token)
  if (known) return known
  const parts = splitToken(token)
  if (!parts) return undefined
  // The header is compared as a whole with those that we write: whatever it says of algorithm, type or key, nothing of
  // a foreign one is ever interpreted, and one that passes is exactly { alg: HS256, typ, kid }.
  const key = keyRing.verifyingKey(purpose, parts.headerPart)
  if (!key || !isSignedBy(parts, key)) return undefined
  const opened = asRecord(parseJson(parts.payload.toString('utf8')))
  if (opened) verified?.keep(token, { headerPart: parts.headerPart, key, payload: opened })
  return opened
}

/**
 * Verifies in this order: spelling, signature, header, claims, issued, expired, life. `decode` gives `undefined` for claims of a
 * wrong shape. Of a token that `verified` knows all is asked again but spelling and signature.
 */
export function verifyToken<Claims>(
  keyRing: KeyRing,
  purpose: KeyPurpose,
  token: string | undefined,
  decode: (claims: Json) => Claims | undefined,
  { nowMs, lifetimeSeconds }: TokenRules,
  verified?: VerifiedTokens,
): TokenVerification<Claims> {
  if (token === undefined || token === '') return { kind: 'refused', code: 'token_missing' }
  const invalid = { kind: 'refused', code: 'token_invalid' } as const
  const payload = openToken(keyRing, purpose, token, verified)
  const claims = payload && decode(payload)
  if (!payload || !claims) return invalid
  const { iat, exp } = payload
  if (typeof iat !== 'number' || typeof exp !== 'number') return invalid
  if (!Number.isSafeInteger(iat) || !Number.isSafeInteger(exp)) return invalid
  if (iat > nowMs / 1_000 + skewSeconds) return invalid
  if (nowMs >= exp * 1_000) return { kind: 'refused', code: 'token_expired', claims }
  if (exp - iat > lifetimeSeconds) return invalid
  return { kind: 'valid', claims: { ...claims, issuedAtMs: iat * 1_000, expiresAtMs: exp * 1_000 } }
}
