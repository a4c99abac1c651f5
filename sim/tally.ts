import type { WorldReport } from './world-kind.ts'

/** The "sometimes" counters over many worlds of one kind: what was never seen was never tested. */
export class Tally {
  readonly #counts = new Map<string, number>()
  readonly #sometimes: readonly string[]
  #worlds = 0

  constructor(sometimes: readonly string[]) {
    this.#sometimes = sometimes
  }

  add({ counts }: Pick<WorldReport, 'counts'>): void {
    this.#worlds += 1
    for (const [kind, count] of counts) this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + count)
  }

  /** Every counter, by name. */
  get lines(): string[] {
    return [...this.#counts]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([kind, count]) => `${kind}: ${count}`)
  }

  /** What was seen too seldom: below 100 times in 2,000 worlds, in proportion. A few worlds prove nothing either way. */
  get blindSpots(): string[] {
    if (this.#worlds < 100) return []
    return this.#sometimes.filter((kind) => (this.#counts.get(kind) ?? 0) < this.#worlds / 20)
  }
}
