/**
 * - `unavailable`: no token could be had within the caller's deadline; `cause` is the last failed attempt.
 * - `refused`: the issuer said no for good; asked again at most once a minute.
 * - `rejected`: the server that the token is for refuses even renewed ones; asked again at most once a minute.
 * - `aborted`: the caller's own signal; `cause` is its reason.
 * - `queue-full`: too many callers wait already.
 * - `disposed`: the renewer has been stopped.
 */
export type TokenErrorCode = 'unavailable' | 'refused' | 'rejected' | 'aborted' | 'queue-full' | 'disposed'

/** The one error of this package. Carries no token. */
export class TokenError extends Error {
  override readonly name = 'TokenError'
  readonly code: TokenErrorCode
  /** What the issuer asked for with `Retry-After`, in ms from now; `undefined` where it asked for nothing. */
  readonly retryAfterMs: number | undefined

  constructor(code: TokenErrorCode, options: { cause?: unknown; retryAfterMs?: number | undefined } = {}) {
    super(`token ${code}`, options)
    this.code = code
    this.retryAfterMs = options.retryAfterMs
  }

  /** True where asking again later can help. */
  get isRetryable(): boolean {
    return ['unavailable', 'rejected', 'queue-full'].includes(this.code)
  }
}
