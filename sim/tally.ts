import { faultKinds } from './swarm.ts'
import type { WorldReport } from './world.ts'

/** The "sometimes" counters over many worlds: what was never seen was never tested. */
export class Tally {
  readonly #counts = new Map<string, number>()
  #worlds = 0

  add({ counts }: WorldReport): void {
    this.#worlds += 1
    for (const [kind, count] of counts) this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + count)
  }

  /** Every counter, by name. */
  get lines(): string[] {
    return [...this.#counts]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([kind, count]) => `${kind}: ${count}`)
  }

  /** Fault kinds that struck too seldom: below 100 in 2,000 worlds, in proportion. A few worlds prove nothing either way. */
  get blindSpots(): string[] {
    if (this.#worlds < 100) return []
    return faultKinds.filter((kind) => (this.#counts.get(`fault ${kind}`) ?? 0) < this.#worlds / 20)
  }
}
