import type { Locks } from '@helvino/runtime'
import type { SimClock } from './sim-clock.ts'

/** Who holds a lock, and since when. */
export interface LockHolder {
  /** The clock of the tab. */
  readonly clock: SimClock
  /** In ms of the timeline. */
  readonly sinceMs: number
}

/** The locks over the tabs of one origin (Web Locks). */
export class SimLockTable {
  readonly #holders = new Map<string, LockHolder>()
  /** As in a page that is no secure context: everybody holds every lock at once. */
  isMissing = false

  isHeld(name: string): boolean {
    return this.#holders.has(name)
  }

  /** `undefined` where nobody holds it. */
  holderOf(name: string): LockHolder | undefined {
    return this.#holders.get(name)
  }

  /** The locks as the tab with this clock sees them. */
  forTab(clock: SimClock): Locks {
    return { holdIfFree: (name, work) => (this.isMissing ? work() : this.#hold(clock, name, work)) }
  }

  /** Gives up what the tab with this clock holds. */
  releaseAll(clock: SimClock): void {
    for (const [name, holder] of this.#holders) if (holder.clock === clock) this.#holders.delete(name)
  }

  async #hold<Result>(clock: SimClock, name: string, work: () => Promise<Result>): Promise<Result | undefined> {
    clock.timeline.noteActivity()
    if (clock.isDead || this.#holders.has(name)) return undefined
    const holder = { clock, sinceMs: clock.timeline.elapsedMs }
    this.#holders.set(name, holder)
    try {
      // The real ones answer in a later task, never within the call.
      await Promise.resolve()
      return await work()
    } finally {
      clock.timeline.noteActivity()
      // A tab that died in between has lost it already, perhaps to another.
      if (this.#holders.get(name) === holder) this.#holders.delete(name)
    }
  }
}
