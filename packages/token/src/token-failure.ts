import { backoffMs, type Random } from '@helvino/runtime'

/** How the last attempt failed, and how long that keeps everybody from the next one. */
export interface TokenFailure {
  readonly code: 'unavailable' | 'refused' | 'rejected'
  readonly reason: string
  /** Attempts that failed in a row, this one included. */
  readonly failures: number
  /** Exponential backoff, in ms from now: a person who acts may cut it short. */
  readonly backoffMs: number
  /** What the issuer demanded, or a final no asks for, in ms from now: nothing cuts it short. */
  readonly blockedMs: number
}

/** The longest that anything keeps from asking, in ms. */
const longestWaitMs = 3_600_000
// A final no is asked about at most once a minute, and by itself ever more rarely.
const refusedForMs = 60_000

/** `isInUse`: somebody waits for the token, which makes the backoff shorter. `failures`: before this one. */
export function failureAfter(
  failures: number,
  cause: Pick<TokenFailure, 'code' | 'reason'> & {
    readonly retryAfterMs: number | undefined
    readonly isInUse: boolean
  },
  random: Random,
): TokenFailure {
  const { code, reason, retryAfterMs, isInUse } = cause
  const isFinal = code !== 'unavailable'
  // Written so that NaN, from an answer that made no sense, asks for nothing.
  const demandedMs = retryAfterMs !== undefined && retryAfterMs > -Infinity ? Math.max(1_000, retryAfterMs) : 0
  const baseMs = isFinal ? 2 * refusedForMs : isInUse ? 1_000 : 10_000
  const capMs = isFinal ? longestWaitMs : isInUse ? 30_000 : 300_000
  return {
    ...{ code, reason, failures: failures + 1 },
    backoffMs: backoffMs(failures, baseMs, capMs, random),
    blockedMs: isFinal ? refusedForMs : Math.min(longestWaitMs, demandedMs),
  }
}

/** False for another tab's word that no tab of this build would say. */
export const isPlausible = ({ failures, backoffMs, blockedMs }: TokenFailure): boolean =>
  failures > 0 && Math.max(backoffMs, blockedMs) <= longestWaitMs
