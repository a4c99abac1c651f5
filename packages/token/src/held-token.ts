import type { Clock, Random } from '@helvino/runtime'

/** Both clocks, read just before a token was asked for. */
export interface AskedAt {
  /** Ms since the Unix epoch, by this machine's wall clock. */
  readonly wallMs: number
  readonly monotonicMs: number
}

/** A token as the issuer gave it, timed by the issuer's clock alone, so that this machine's may be wrong by any amount. */
export interface IssuedToken {
  readonly token: string
  /** When it runs out, ms since the Unix epoch by the issuer's clock. */
  readonly expiresAtMs: number
  /** What the issuer's clock said when it answered, ms since the Unix epoch. */
  readonly issuerNowMs: number
}

/** One token and the moments of its life, in ms from the moment before it was asked for. */
export interface HeldToken extends IssuedToken {
  readonly asked: AskedAt
  /** Got because the token before it was refused. */
  readonly isAfterRefusal: boolean
  readonly lifeMs: number
  /** From here on a renewal is worthwhile, ahead of time: 80 to 90 % of the life, and always before the token is due. One point for all tabs. */
  readonly aheadAfterMs: number
  /** From here on the token is on its way out: any use of it starts the renewal, and near its end it may be held back for its successor. */
  readonly dueAfterMs: number
}

/** The clocks as they were `agoMs` ago; 0 where absent. */
export const askedNow = (clock: Clock, agoMs = 0): AskedAt => ({
  wallMs: clock.nowMs() - agoMs,
  monotonicMs: clock.monotonicMs() - agoMs,
})

export function holdToken(
  { token, expiresAtMs, issuerNowMs }: IssuedToken,
  asked: AskedAt,
  isAfterRefusal: boolean,
  { bufferMs, random }: { readonly bufferMs: number; readonly random: Random },
): HeldToken {
  const lifeMs = expiresAtMs - issuerNowMs
  // Never more than a quarter of the life, so that a token of 5 s and one of 60 days both work.
  const dueAfterMs = lifeMs - Math.min(bufferMs, lifeMs / 4)
  // At random, so that a fleet that started together does not renew together.
  const aheadAfterMs = Math.min(lifeMs, dueAfterMs / 0.9) * (0.8 + 0.1 * random.fraction())
  return { token, expiresAtMs, issuerNowMs, asked, isAfterRefusal, lifeMs, aheadAfterMs, dueAfterMs }
}

/**
 * Ms since the token was asked for: the larger of what the two clocks say. The monotonic one may stand still in sleep (w3c/hr-time#115), the
 * wall clock may be set back; each covers the other's fault. A wall clock set forward looks like sleep, and costs one renewal.
 */
export const ageMs = ({ asked }: HeldToken, clock: Clock): number =>
  Math.max(clock.monotonicMs() - asked.monotonicMs, clock.nowMs() - asked.wallMs)

/** For how long the token may still leave this machine, in ms: a request takes time to arrive. Above 0 for a usable one; NaN where a claim made no sense. */
export const usableMs = (held: HeldToken, clock: Clock): number =>
  held.lifeMs - Math.min(1_000, held.lifeMs / 20) - ageMs(held, clock)
