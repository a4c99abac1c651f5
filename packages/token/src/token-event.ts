/** Why a renewal was started: the first token, a caller that waits, ahead of time, a token that was refused, or by hand. */
export type RenewalCause = 'first' | 'use' | 'ahead' | 'refused' | 'manual'

interface RenewalFacts {
  readonly cause: RenewalCause
  /** Counts from 0 since the last success. */
  readonly attempt: number
  /** Callers that wait. */
  readonly waiting: number
}

export interface OutcomeFacts extends RenewalFacts {
  /** Of this attempt, in ms; 0 where another tab made it. */
  readonly tookMs: number
  /** Another tab of this origin made the attempt, and told. */
  readonly isShared: boolean
}

/** What happened, for logs, banners and figures. No event carries a token. */
export type TokenEvent =
  /** An attempt starts. */
  | ({ readonly type: 'renewing' } & RenewalFacts)
  /** A newer token is held; `waiting` callers were served. */
  | ({
      readonly type: 'renewed'
      /** Ms since the Unix epoch by the issuer's clock. */
      readonly expiresAtMs: number
      /** The longest that one of the callers waited, in ms; 0 where nobody did. */
      readonly waitedMs: number
      /** This machine's wall clock minus the issuer's, in ms, to within the time that the call took. */
      readonly skewMs: number
      /** How often, since the success before, a caller went on with a token that was due, because the issuer was in trouble. */
      readonly staleServes: number
    } & OutcomeFacts)
  /** An attempt failed. `isFinal`: the issuer said no for good. `isServed`: callers went on with the token that is still valid. */
  | ({
      readonly type: 'failed'
      readonly reason: string
      readonly isFinal: boolean
      readonly isServed: boolean
    } & OutcomeFacts)
  /** A server refused a token. `isLate`: one that is held no longer, so that nothing follows from it. */
  | { readonly type: 'refused'; readonly isLate: boolean }
