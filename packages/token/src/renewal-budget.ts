const windowMs = 60_000

/** At most `max(6, 3 × window / life)` renewals in any minute, over every cause: whatever goes wrong, it does not become a storm. */
export class RenewalBudget {
  #startedAtMs: number[] = []

  /** When the next renewal may start, in monotonic ms. `lifeMs`: of the held token, a minute where there is none. */
  freeAtMs(nowMs: number, lifeMs = windowMs): number {
    this.#startedAtMs = this.#startedAtMs.filter((atMs) => atMs > nowMs - windowMs)
    // A broken number counts as its whole part here.
    return (this.#startedAtMs.at(-Math.max(6, (3 * windowMs) / lifeMs)) ?? -windowMs) + windowMs
  }

  spend(nowMs: number): void {
    this.#startedAtMs.push(nowMs)
  }
}
