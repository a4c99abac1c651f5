import { backoffMs, type Random } from '@helvino/runtime'
import type { TokenErrorCode } from './token-error.ts'

/** How the last attempt failed, and how long that keeps everybody from the next one. */
export interface TokenFailure {
  readonly code: Extract<TokenErrorCode, 'unavailable' | 'refused' | 'rejected' | 'disposed'>
  readonly reason: string
  /** Attempts that failed in a row, this one included. */
  readonly failures: number
  /** Exponential backoff, in ms from now: a person who acts may cut it short. */
  readonly backoffMs: number
  /** What the issuer demanded, or a final no asks for, in ms from now: nothing cuts it short. */
  readonly blockedMs: number
}

/** What went wrong with one attempt. */
export interface FailedAttempt {
  readonly kind: TokenFailure['code']
  readonly reason: string
  readonly retryAfterMs?: number | undefined
}

/** The longest that anything keeps from asking, in ms. */
const longestWaitMs = 3_600_000

/** `isInUse`: somebody who is at it waits for the token, which makes the backoff shorter. `failures`: before this one. */
export function failureAfter(
  failures: number,
  { kind, reason, retryAfterMs = NaN }: FailedAttempt,
  isInUse: boolean,
  random: Random,
): TokenFailure {
  // A final no is asked about at most once a minute, and by itself ever more rarely.
  const refusedForMs = 60_000
  const isFinal = kind !== 'unavailable'
  const baseMs = isFinal ? 2 * refusedForMs : isInUse ? 1_000 : 10_000
  return {
    ...{ code: kind, reason, failures: failures + 1 },
    backoffMs: backoffMs(failures, baseMs, 30 * baseMs, random),
    // NaN, from an answer that made no sense, asks for nothing.
    blockedMs: isFinal ? refusedForMs : Math.min(longestWaitMs, Math.max(1_000, retryAfterMs)) || 0,
  }
}

/** False for another tab's word that no tab of this build would say. */
export const isPlausible = ({ backoffMs, blockedMs }: TokenFailure): boolean =>
  Math.max(backoffMs, blockedMs) <= longestWaitMs
