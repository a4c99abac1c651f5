/**
 * - `unavailable`: no token could be had within the caller's deadline; `cause` is the last failed attempt. Asking again later can help.
 * - `refused`: the issuer said no for good; asked again at most once a minute.
 * - `rejected`: the server that the token is for refuses even renewed ones; asked again at most once a minute.
 * - `aborted`: the caller's own signal; `cause` is its reason.
 * - `queue-full`: too many callers wait already. Asking again later can help.
 * - `disposed`: the renewer has been stopped.
 */
export type TokenErrorCode = 'unavailable' | 'refused' | 'rejected' | 'aborted' | 'queue-full' | 'disposed'

/** The one error of this package. Carries no token. */
export class TokenError extends Error {
  override readonly name = 'TokenError'
  declare readonly code: TokenErrorCode
  /** For how long the issuer is not asked, in ms from now: its `Retry-After`, or the minute after a final no. `undefined` where nothing keeps from asking. */
  declare readonly retryAfterMs: number | undefined

  constructor(code: TokenErrorCode, cause?: unknown, retryAfterMs?: number) {
    super(`token ${code}`, { cause })
    this.code = code
    this.retryAfterMs = retryAfterMs
  }
}
