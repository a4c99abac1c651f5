import type { Clock } from '@helvino/runtime'

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

export const askedNow = (clock: Clock): AskedAt => ({ wallMs: clock.nowMs(), monotonicMs: clock.monotonicMs() })

/**
 * Ms since `asked`: the larger of what the two clocks say. The monotonic one may stand still in sleep (w3c/hr-time#115), the wall clock
 * may be set back; each covers the other's fault. A wall clock set forward looks like sleep, and costs one renewal.
 */
const elapsedMs = (asked: AskedAt, clock: Clock): number =>
  Math.max(clock.monotonicMs() - asked.monotonicMs, clock.nowMs() - asked.wallMs)

/** One token and the moments of its life, in ms from the moment before it was asked for. */
export class HeldToken {
  readonly token: string
  readonly issuerExpiresAtMs: number
  readonly asked: AskedAt
  /** Got because the token before it was refused. */
  readonly isAfterRefusal: boolean
  readonly lifeMs: number
  /** From here on writes wait for its successor. */
  readonly dueAfterMs: number
  /** From here on it does not leave this machine: a request takes time to arrive. */
  readonly unusableAfterMs: number

  constructor(issued: IssuedToken, asked: AskedAt, bufferMs: number, isAfterRefusal: boolean) {
    this.token = issued.token
    this.issuerExpiresAtMs = issued.expiresAtMs
    this.asked = asked
    this.isAfterRefusal = isAfterRefusal
    this.lifeMs = issued.expiresAtMs - issued.issuerNowMs
    // Never more than a quarter of the life, so that a token of 5 s and one of 60 days both work.
    this.dueAfterMs = this.lifeMs - Math.min(bufferMs, this.lifeMs / 4)
    this.unusableAfterMs = this.lifeMs - Math.min(1_000, this.lifeMs / 20)
  }

  /**
   * When a renewal ahead of time starts: a random point of 80 to 90 % of the life, and before the token is due. Random,
   * so that a fleet that started together does not renew together.
   */
  aheadAfterMs(fraction: number): number {
    return Math.min(this.lifeMs, this.dueAfterMs / 0.9) * (0.8 + 0.1 * fraction)
  }

  isUsable(clock: Clock): boolean {
    return elapsedMs(this.asked, clock) < this.unusableAfterMs
  }
}
