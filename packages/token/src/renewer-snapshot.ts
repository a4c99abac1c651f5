/** How things stand. Holds no token. */
export interface RenewerSnapshot {
  /** `waiting`: after a failure, the next attempt is wanted and starts when backoff, budget and the issuer's word allow. */
  readonly phase: 'resting' | 'renewing' | 'waiting'
  /** Ms until the next attempt; `Infinity` where none is to come by itself. */
  readonly waitMs: number
  /** Callers that wait. */
  readonly waiting: number
  /** Attempts that failed since the last success. */
  readonly failures: number
  /** When the held token runs out, in ms since the Unix epoch by the issuer's clock; `undefined` without one. */
  readonly expiresAtMs: number | undefined
}
