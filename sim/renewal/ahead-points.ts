import type { GroupTerms } from './group-terms.ts'
import { aheadWindowMs, type KnownToken } from './known-token.ts'

const drawsJudged = 8
// Of these so many may not agree; the others were a little late, as in a tab that is hidden.
const drawsThatMayNotAgree = 7

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
    const points = this.#drawn.sort((a, b) => a - b)
    // Draws that all but agree are none: about one chance in 10^8.
    const doAgree = points.some((point, n) => (points[n + drawsThatMayNotAgree - 1] ?? Infinity) - point < 0.02)
    if (doAgree) violations.add('herd', `${this.#name} renews at the same point of each token's life`)
    this.#drawn = []
  }
}
