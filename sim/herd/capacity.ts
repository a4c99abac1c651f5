import type { Random } from '@helvino/runtime'

/** What refusing a request costs, as a part of serving it. */
const refusalCost = 0.05
/** Whoever would wait longer than this is refused. */
const longestQueueMs = 1_000
/** Where refusing alone keeps the server busy for so long, further requests find nobody who could refuse them. */
const longestBusyMs = 2_000

/** What a server with this capacity makes of one request. */
export type Admission =
  /** `doneAtMs`: when the work on it ends. */
  | { readonly kind: 'served'; readonly doneAtMs: number }
  /** `retryAfterSeconds`: the place in a line of all who were refused, and up to 3 s more. */
  | { readonly kind: 'refused'; readonly retryAfterSeconds: number }

/** A server that serves so many requests in a second and no more: it queues for a second, refuses beyond that, and tires of refusing. */
export class Capacity {
  readonly #perMs: number
  readonly #random: Random
  #busyUntilMs = 0
  #lineEndsAtMs = 0

  constructor(perSecond: number, random: Random) {
    this.#perMs = perSecond / 1_000
    this.#random = random
  }

  /** `nowMs` never goes back. */
  admit(nowMs: number): Admission {
    this.#busyUntilMs = Math.max(this.#busyUntilMs, nowMs)
    if (this.#busyUntilMs - nowMs < longestQueueMs) {
      this.#busyUntilMs += 1 / this.#perMs
      return { kind: 'served', doneAtMs: this.#busyUntilMs }
    }
    this.#busyUntilMs = Math.min(nowMs + longestBusyMs, this.#busyUntilMs + refusalCost / this.#perMs)
    this.#lineEndsAtMs = Math.max(this.#lineEndsAtMs, nowMs) + 1 / this.#perMs
    const waitMs = this.#lineEndsAtMs - nowMs + 3_000 * this.#random.fraction()
    return { kind: 'refused', retryAfterSeconds: Math.ceil(waitMs / 1_000) }
  }
}
