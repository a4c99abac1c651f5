const windowMs = 60_000

/** At most `max(6, 3 × window / life)` renewals in any minute, over every cause: whatever goes wrong, it does not become a storm. */
export class RenewalBudget {
  readonly #startedAtMs: number[] = []

  /** When the next renewal may start, in monotonic ms; 0 for at once. `lifeMs`: of the newest token, `undefined` before the first. */
  freeAtMs(nowMs: number, lifeMs: number | undefined): number {
    const started = this.#startedAtMs
    while (started[0] !== undefined && started[0] <= nowMs - windowMs) started.shift()
    const most = Math.max(6, Math.floor((3 * windowMs) / (lifeMs ?? windowMs)))
    return (started[started.length - most] ?? -windowMs) + windowMs
  }

  spend(nowMs: number): void {
    this.#startedAtMs.push(nowMs)
  }
}
