import { beginsAtMs, binMs, endsAtMs } from './outage.ts'

/** How often something happened, in bins, scaled to the fleet. Times in ms from the drop. */
export class Curve {
  readonly #bins: number[]
  readonly #standsFor: number
  readonly #binMs: number

  /** `standsFor`: widgets of the fleet for one that is run. */
  constructor(standsFor: number, ownBinMs = binMs) {
    this.#standsFor = standsFor
    this.#binMs = ownBinMs
    this.#bins = Array.from({ length: (endsAtMs - beginsAtMs) / ownBinMs }, () => 0)
  }

  /** What lies outside of the bins is left aside. */
  note(atMs: number): void {
    const bin = Math.floor((atMs - beginsAtMs) / this.#binMs)
    const count = this.#bins[bin]
    if (count !== undefined) this.#bins[bin] = count + 1
  }

  /** Per second, bin by bin, from `beginsAtMs` on. */
  get perSecond(): readonly number[] {
    return this.#bins.map((count) => (count * this.#standsFor * 1_000) / this.#binMs)
  }
}

/** The highest of the bins that lie from one moment to another. */
export function peakPerSecond(perSecond: readonly number[], fromMs: number, untilMs: number): number {
  const binsPerMs = perSecond.length / (endsAtMs - beginsAtMs)
  return Math.max(...perSecond.slice((fromMs - beginsAtMs) * binsPerMs, (untilMs - beginsAtMs) * binsPerMs))
}
