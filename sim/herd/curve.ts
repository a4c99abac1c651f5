import { beginsAtMs, binMs, endsAtMs } from './outage.ts'

/** How often something happened, in bins, scaled to the fleet. Times in ms from the drop. */
export class Curve {
  readonly #bins = Array.from({ length: (endsAtMs - beginsAtMs) / binMs }, () => 0)
  readonly #standsFor: number

  /** `standsFor`: widgets of the fleet for one that is run. */
  constructor(standsFor: number) {
    this.#standsFor = standsFor
  }

  /** What lies outside of the bins is left aside. */
  note(atMs: number): void {
    const bin = Math.floor((atMs - beginsAtMs) / binMs)
    const count = this.#bins[bin]
    if (count !== undefined) this.#bins[bin] = count + 1
  }

  /** Per second, bin by bin, from `beginsAtMs` on. */
  get perSecond(): readonly number[] {
    return this.#bins.map((count) => (count * this.#standsFor * 1_000) / binMs)
  }
}

/** The highest of the bins that lie from one moment to another. */
export const peakPerSecond = (perSecond: readonly number[], fromMs: number, untilMs: number): number =>
  Math.max(...perSecond.slice((fromMs - beginsAtMs) / binMs, (untilMs - beginsAtMs) / binMs))
