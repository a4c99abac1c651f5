const windowMs = 60_000

/** Counts renewals within any minute: I7. */
export class RenewalRate {
  readonly #startedAtMs: number[] = []
  readonly #most: number

  constructor(lifeMs: number) {
    this.#most = Math.max(6, Math.floor((3 * windowMs) / lifeMs))
  }

  /** As many renewals have begun within the last minute as may. */
  isSpent(nowMs: number): boolean {
    return this.#startedAtMs.filter((atMs) => atMs > nowMs - windowMs).length >= this.#most
  }

  /** How many there were within the last minute, this one included, where they are too many; otherwise 0. */
  excess(nowMs: number): number {
    const started = this.#startedAtMs
    started.push(nowMs)
    while ((started[0] ?? nowMs) <= nowMs - windowMs) started.shift()
    return started.length > this.#most ? started.length : 0
  }
}
