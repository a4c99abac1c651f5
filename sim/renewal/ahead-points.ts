import type { GroupTerms } from './group-terms.ts'
import { aheadWindowMs, type KnownToken } from './known-token.ts'

const drawsJudged = 12

/** The points of a token's life at which it is renewed ahead of time: random ones, within the window, drawn anew for each token. */
export class AheadPoints {
  readonly #name: string
  readonly #terms: GroupTerms
  #drawn: number[] = []

  constructor(name: string, terms: GroupTerms) {
    this.#name = name
    this.#terms = terms
  }

  /** `held` is about to be replaced. */
  add(held: KnownToken): void {
    const { machine, violations } = this.#terms
    const { fromMs, toMs } = aheadWindowMs(held.record)
    const ageMs = machine.sinceMs(held.asked)
    if (ageMs < fromMs - 1)
      violations.add('herd', `${this.#name} renews ahead of time at ${ageMs} ms, not from ${fromMs} ms on`)
    this.#drawn.push((ageMs - fromMs) / (toMs - fromMs))
    if (this.#drawn.length < drawsJudged) return
    // Draws that all but agree are none: one chance in 10^17.
    if (Math.max(...this.#drawn) - Math.min(...this.#drawn) < 0.02)
      violations.add('herd', `${this.#name} renews at the same point of each token's life`)
    this.#drawn = []
  }
}
