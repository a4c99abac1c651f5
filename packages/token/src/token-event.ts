/** Why a renewal was started: the first token, a caller that waits, ahead of time, a token that was refused, or by hand. */
export type RenewalCause = 'first' | 'use' | 'ahead' | 'refused' | 'manual'

/** What happened, for logs, banners and figures. No event carries a token. */
export type TokenEvent =
  /** An attempt starts. `attempt` counts from 0 since the last success; `waiting` is the number of callers that wait. */
  | { readonly type: 'renewing'; readonly cause: RenewalCause; readonly attempt: number; readonly waiting: number }
  /** A token is held. `expiresAtMs`: ms since the Unix epoch by the issuer's clock; `tookMs`: of this attempt; `waiting`: callers served. */
  | {
      readonly type: 'renewed'
      readonly cause: RenewalCause
      readonly attempt: number
      readonly expiresAtMs: number
      readonly tookMs: number
      readonly waiting: number
    }
  /** An attempt failed. `isFinal`: the issuer said no for good. `isServed`: callers went on with the token that is still valid. */
  | {
      readonly type: 'failed'
      readonly cause: RenewalCause
      readonly attempt: number
      readonly reason: string
      readonly isFinal: boolean
      readonly isServed: boolean
      readonly waiting: number
    }
