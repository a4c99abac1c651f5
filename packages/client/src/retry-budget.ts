const windowMs = 10_000
const alwaysAllowed = 3
const savedByFirstTry = 0.1
const mostSaved = 10

/**
 * How many retries one client may make in vain, over all conversations: one for ten first tries, and three in 10 s whatever was saved. A server
 * in trouble is not asked more often by somebody who has many conversations.
 */
export class RetryBudget {
  #saved = 0
  #retriesAtMs: readonly number[] = []

  /** Something is tried for the first time. */
  noteFirst(): void {
    this.#saved = Math.min(mostSaved, this.#saved + savedByFirstTry)
  }

  /** The retry that was taken last was answered: a server that answers is in no trouble, and what has waited may go. */
  giveBack(): void {
    this.#retriesAtMs = this.#retriesAtMs.slice(0, -1)
  }

  /** Takes one retry and gives 0, or in how many ms to ask again. `nowMs`: monotonic. */
  take(nowMs: number): number {
    this.#retriesAtMs = this.#retriesAtMs.filter((atMs) => atMs > nowMs - windowMs)
    const freeAgainAtMs = (this.#retriesAtMs.at(-alwaysAllowed) ?? -Infinity) + windowMs
    if (freeAgainAtMs > nowMs) {
      if (this.#saved < 1) return freeAgainAtMs - nowMs
      this.#saved -= 1
    }
    this.#retriesAtMs = [...this.#retriesAtMs, nowMs]
    return 0
  }
}
