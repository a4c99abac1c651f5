import { asRecord, parseJson } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Base64url without padding (RFC 4648 section 5) of text that is ASCII. */
function encode(text: string): string {
  let encoded = ''
  let bits = 0
  let held = 0
  for (let index = 0; index < text.length; index++) {
    held = ((held << 8) | text.charCodeAt(index)) & 0xffff
    bits += 8
    while (bits >= 6) {
      bits -= 6
      encoded += alphabet[(held >> bits) & 63] ?? ''
    }
  }
  return bits > 0 ? encoded + (alphabet[(held << (6 - bits)) & 63] ?? '') : encoded
}

export interface TokenClaims {
  readonly visitorId: string
  readonly expSeconds: number
}

/** Reads the claims of a token that this model issued, whoever asks; `undefined` for anything else. */
export function readToken(token: string): TokenClaims | undefined {
  const claims = asRecord(parseJson(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'))))
  const visitorId = claims?.['vid']
  const expSeconds = claims?.['exp']
  return typeof visitorId === 'string' && typeof expSeconds === 'number' ? { visitorId, expSeconds } : undefined
}

export type TokenVerdict =
  | { readonly kind: 'valid'; readonly claims: TokenClaims }
  | { readonly kind: 'refused'; readonly code: 'token_missing' | 'token_invalid' | 'token_expired' }

/** The server's tokens: the shape of the real ones, with the number of the secret where the real ones carry a signature. */
export class TokenModel {
  readonly #clock: Clock
  readonly #lifeMs: number
  #secret = 1
  #issued = 0

  constructor(clock: Clock, lifeMs: number) {
    this.#clock = clock
    this.#lifeMs = lifeMs
  }

  /** From here on every token issued before is refused. */
  rotate(): void {
    this.#secret += 1
  }

  issue(visitorId: string): string {
    const iat = Math.floor(this.#clock.nowMs() / 1_000)
    const claims = {
      orgId: 'org',
      orgKey: 'demo',
      vid: visitorId,
      iat,
      exp: iat + this.#lifeMs / 1_000,
      jti: this.#issued++,
    }
    return [JSON.stringify({ alg: 'HS256', typ: 'OrgToken' }), JSON.stringify(claims), `secret ${this.#secret}`]
      .map(encode)
      .join('.')
  }

  verify(token: string | undefined): TokenVerdict {
    if (token === undefined) return { kind: 'refused', code: 'token_missing' }
    const claims = readToken(token)
    if (!claims || token.split('.')[2] !== encode(`secret ${this.#secret}`))
      return { kind: 'refused', code: 'token_invalid' }
    if (this.#clock.nowMs() >= claims.expSeconds * 1_000) return { kind: 'refused', code: 'token_expired' }
    return { kind: 'valid', claims }
  }
}
