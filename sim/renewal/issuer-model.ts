import type { Clock, HttpRequest } from '@helvino/runtime'
import type { SimAnswer, SimServer } from '@helvino/testkit'

/** A token as the issuer knows it. */
export interface IssuedRecord {
  readonly token: string
  /** Whose it is: one owner on one machine. */
  readonly audience: string
  readonly lifeMs: number
  /** By the issuer's clock, ms since the Unix epoch. */
  readonly issuedAtMs: number
  /** Counts all tokens, whatever the issuer's clock says. */
  readonly order: number
  readonly secret: number
}

export const tokenUrl = 'https://issuer.example/token'
export const resourceUrl = 'https://api.example/resource'
export const audienceHeader = 'x-audience'
export const tokenHeader = 'x-token'

const refusal = (status: number, code: string): SimAnswer => ({ status, body: { code } })

/** The issuer of tokens and the server that they are for, with one clock of their own. */
export class IssuerModel implements SimServer {
  /** Says a final no to whoever asks for a token. */
  isRefusing = false
  /** The server refuses every token, whoever issued it. */
  isDistrusting = false
  readonly records = new Map<string, IssuedRecord>()
  readonly #clock: Clock
  readonly #lifeMs: number
  readonly #newest = new Map<string, string>()
  readonly #revoked = new Set<string>()
  #secret = 1

  constructor(clock: Clock, lifeMs: number) {
    this.#clock = clock
    this.#lifeMs = lifeMs
  }

  respond(request: HttpRequest): SimAnswer {
    const audience = request.headers[audienceHeader] ?? ''
    return request.url === tokenUrl ? this.#issue(audience) : this.verify(request.headers[tokenHeader] ?? '', audience)
  }

  /** From here on every token issued before is refused. */
  rotate(): void {
    this.#secret += 1
  }

  /** From here on the newest token of `audience` is refused. */
  revoke(audience: string): void {
    const token = this.#newest.get(audience)
    if (token !== undefined) this.#revoked.add(token)
  }

  verify(token: string, audience: string): SimAnswer {
    const record = this.records.get(token)
    if (record?.audience !== audience || this.isDistrusting) return refusal(401, 'token_invalid')
    if (record.secret !== this.#secret || this.#revoked.has(token)) return refusal(401, 'token_invalid')
    if (this.#clock.nowMs() >= record.issuedAtMs + record.lifeMs) return refusal(401, 'token_expired')
    return { status: 200, body: {} }
  }

  #issue(audience: string): SimAnswer {
    if (this.isRefusing) return refusal(403, 'account_disabled')
    const issuedAtMs = this.#clock.nowMs()
    const order = this.records.size
    const token = `token ${order} of ${audience}`
    this.records.set(token, { token, audience, lifeMs: this.#lifeMs, issuedAtMs, order, secret: this.#secret })
    this.#newest.set(audience, token)
    return { status: 200, body: { token, expiresAtMs: issuedAtMs + this.#lifeMs, issuerNowMs: issuedAtMs } }
  }
}
