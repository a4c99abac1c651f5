import type { Locks } from '@helvino/runtime'
import type { SimClock } from './sim-clock.ts'

interface Claim {
  readonly clock: SimClock
  readonly onGranted: () => void
}

/** Who holds a lock, and since when. */
export interface LockHolder {
  /** The clock of the tab. */
  readonly clock: SimClock
  /** In ms of the timeline. */
  readonly sinceMs: number
}

/** The locks over the tabs of one origin: exclusive, granted in the order in which they were asked for (Web Locks). */
export class SimLockTable {
  /** By name: the first claim holds the lock, the others wait. */
  readonly #claims = new Map<string, Claim[]>()
  readonly #holders = new Map<string, LockHolder>()
  /** As in a page that is no secure context: everybody holds every lock at once. */
  isMissing = false

  isHeld(name: string): boolean {
    return this.#claims.has(name)
  }

  /** `undefined` where nobody holds it. */
  holderOf(name: string): LockHolder | undefined {
    return this.#holders.get(name)
  }

  /** The locks as the tab with this clock sees them. */
  forTab(clock: SimClock): Locks {
    return { hold: (name, withinMs, work) => (this.isMissing ? work() : this.#hold(clock, name, withinMs, work)) }
  }

  /** Gives up what the tab with this clock holds and waits for. */
  releaseAll(clock: SimClock): void {
    for (const [name, claims] of [...this.#claims])
      for (const claim of claims.filter((each) => each.clock === clock)) this.#release(name, claim)
  }

  async #hold<Result>(clock: SimClock, name: string, withinMs: number, work: () => Promise<Result>) {
    clock.timeline.noteActivity()
    const claim = await this.#claim(clock, name, withinMs)
    if (!claim) return undefined
    try {
      return await work()
    } finally {
      this.#release(name, claim)
    }
  }

  #claim(clock: SimClock, name: string, withinMs: number): Promise<Claim | undefined> {
    return new Promise((resolve) => {
      if (clock.isDead) return
      const cancel = clock.startTimer(withinMs, () => {
        this.#release(name, claim)
        resolve(undefined)
      })
      const claim: Claim = {
        clock,
        onGranted: () => {
          cancel()
          this.#holders.set(name, { clock, sinceMs: clock.timeline.elapsedMs })
          clock.whenAwake(() => {
            resolve(claim)
          })
        },
      }
      const claims = this.#claims.get(name)
      if (claims) claims.push(claim)
      else {
        this.#claims.set(name, [claim])
        claim.onGranted()
      }
    })
  }

  #release(name: string, claim: Claim): void {
    claim.clock.timeline.noteActivity()
    const claims = this.#claims.get(name)
    const index = claims?.indexOf(claim) ?? -1
    if (!claims || index < 0) return
    claims.splice(index, 1)
    const next = claims[0]
    if (index === 0) this.#holders.delete(name)
    if (!next) this.#claims.delete(name)
    else if (index === 0) next.onGranted()
  }
}
