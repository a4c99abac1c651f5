/** Why a renewal was started: the first token, a caller that waits, ahead of time, a token that was refused, or by hand. */
export type RenewalCause = 'first' | 'use' | 'ahead' | 'refused' | 'manual'

/** What happened, for logs, banners and figures. No event carries a token. */
export type TokenEvent =
  /** An attempt starts. `attempt` counts from 0 since the last success; `waiting` is the number of callers that wait. */
  | { readonly type: 'renewing'; readonly cause: RenewalCause; readonly attempt: number; readonly waiting: number }
  /**
   * A token is held. `expiresAtMs`: ms since the Unix epoch by the issuer's clock; `tookMs`: of this attempt; `waiting`: callers served;
   * `waitedMs`: the longest wait of those; `skewMs`: this machine's wall clock minus the issuer's; `isShared`: another tab renewed it;
   * `staleServes`: tokens given since the last success that were due and still valid.
   */
  | {
      readonly type: 'renewed'
      readonly cause: RenewalCause
      readonly attempt: number
      readonly expiresAtMs: number
      readonly tookMs: number
      readonly waiting: number
      readonly waitedMs: number
      readonly skewMs: number
      readonly isShared: boolean
      readonly staleServes: number
    }
  /** An attempt failed. `isFinal`: the issuer said no for good. `isServed`: callers went on with the token that is still valid. */
  | {
      readonly type: 'failed'
      readonly cause: RenewalCause
      readonly attempt: number
      readonly tookMs: number
      readonly reason: string
      readonly isFinal: boolean
      readonly isServed: boolean
      readonly waiting: number
    }
  /** A server refused a token. `isLate`: one that is held no longer. */
  | { readonly type: 'refused'; readonly isLate: boolean }
