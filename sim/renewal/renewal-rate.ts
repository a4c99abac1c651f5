const windowMs = 60_000
/** What a tab allows itself that has not had a token yet, and so does not know how long one lives. */
const leastAllowed = 6
const heardWithinMs = 10_000

/** Counts renewals within any minute: I7. */
export class RenewalRate {
  readonly #startedAtMs: number[] = []
  readonly #most: number

  constructor(lifeMs: number) {
    this.#most = Math.max(leastAllowed, Math.floor((3 * windowMs) / lifeMs))
  }

  /** As many renewals have begun within the last minute as may: or a little longer ago, since a tab may have heard of them later. */
  isSpent(nowMs: number, isLifeKnown: boolean): boolean {
    const most = isLifeKnown ? this.#most : leastAllowed
    return this.#startedAtMs.filter((atMs) => atMs > nowMs - windowMs - heardWithinMs).length >= most
  }

  /**
   * How many there were within the last minute, this one included, where they are too many; otherwise 0. `unheardMs`: others of so short a
   * while ago may not have been heard of.
   */
  excess(nowMs: number, unheardMs = 0): number {
    const started = this.#startedAtMs
    while ((started[0] ?? nowMs) <= nowMs - windowMs - heardWithinMs) started.shift()
    const heard = started.filter((atMs) => atMs > nowMs - windowMs && atMs <= nowMs - unheardMs).length
    started.push(nowMs)
    return heard >= this.#most ? heard + 1 : 0
  }
}
