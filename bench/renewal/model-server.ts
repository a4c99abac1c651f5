import type { Session } from './engine.ts'

const tokenLifeMs = 300_000
export const tokenUrl = 'https://auth.example/token'
export const apiUrl = 'https://api.example/orders'

/** What becomes of one call of the token endpoint. */
export type TokenFate =
  | { readonly kind: 'issue'; readonly tookMs: number }
  | {
      readonly kind: 'status'
      readonly status: number
      readonly body: object
      readonly headers?: Record<string, string>
    }
  | { readonly kind: 'network-error' }
  | { readonly kind: 'silent' }

export interface ApiCall {
  readonly index: number
  readonly dispatchedAtMs: number
  /** `undefined` until it is answered. */
  status: number | undefined
}

interface Issued {
  readonly expiresAtMs: number
  isRevoked: boolean
}

export const issue: TokenFate = { kind: 'issue', tookMs: 50 }

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token endpoint and an API that believes nothing but its own clock. */
export class ModelServer {
  readonly #nowMs: () => number
  readonly #tokens = new Map<string, Issued>()
  /** When each call of the token endpoint was made, ms by the server's clock. */
  readonly tokenCallsAtMs: number[] = []
  readonly apiCalls: ApiCall[] = []
  /** Decides over the nth call since it was set. */
  tokenFate: (call: number) => TokenFate = () => issue
  #fateCalls = 0
  /** What the API says to a good token. */
  apiStatus = 200
  /** How much longer a refusal of request `index` takes. */
  refusalDelayMs: (index: number) => number = () => 0
  newest: Session

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
    this.newest = this.issueSession()
  }

  /** A token, given outside of the endpoint: the sign-in. */
  issueSession(): Session {
    const issuedAtMs = this.#nowMs()
    const expiresAtMs = issuedAtMs + tokenLifeMs
    const claims = {
      sub: 'user-1',
      jti: String(this.#tokens.size),
      iat: Math.floor(issuedAtMs / 1_000),
      exp: Math.floor(expiresAtMs / 1_000),
    }
    const accessToken = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(claims)}.c2lnbmF0dXJl`
    this.#tokens.set(accessToken, { expiresAtMs, isRevoked: false })
    const expiresInSeconds = tokenLifeMs / 1_000
    this.newest = { accessToken, refreshToken: 'refresh-1', expiresInSeconds, issuedAtMs, expiresAtMs }
    return this.newest
  }

  setTokenFate(fate: (call: number) => TokenFate): void {
    this.tokenFate = fate
    this.#fateCalls = 0
  }

  /** Notes a call of the token endpoint and says what becomes of it. */
  nextTokenFate(): TokenFate {
    this.tokenCallsAtMs.push(this.#nowMs())
    const call = this.#fateCalls
    this.#fateCalls += 1
    return this.tokenFate(call)
  }

  /**
   * The answer of the token endpoint. To a form it is that of RFC 6749 section 5.1, which knows no absolute time; to JSON it also holds what
   * the servers of the other engines send (GoTrue's `expires_at` and `user`, the issuer's own time).
   */
  tokenBody(isForm: boolean): object {
    const { accessToken, refreshToken, expiresInSeconds, issuedAtMs, expiresAtMs } = this.issueSession()
    const standard = {
      access_token: accessToken,
      refresh_token: refreshToken,
      token_type: 'bearer',
      expires_in: expiresInSeconds,
    }
    if (isForm) return standard
    return {
      ...standard,
      expires_at: Math.floor(expiresAtMs / 1_000),
      issued_at: issuedAtMs / 1_000,
      user: { id: 'user-1', aud: 'authenticated' },
    }
  }

  revokeAll(): void {
    for (const token of this.#tokens.values()) token.isRevoked = true
  }

  /** What the API says to a bearer of `token`, by its own clock. */
  judge(token: string | undefined): number {
    const known = token === undefined ? undefined : this.#tokens.get(token)
    if (!known || known.isRevoked || known.expiresAtMs <= this.#nowMs()) return 401
    return this.apiStatus
  }
}
