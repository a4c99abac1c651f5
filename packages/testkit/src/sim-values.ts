import type { SharedValues } from '@helvino/runtime'
import type { SimClock } from './sim-clock.ts'

/** The shared values of one origin in one place: steps of its tabs come one after the other. */
export class SimValues {
  readonly #texts = new Map<string, string>()
  #calls = 0
  /** Blocked by a setting or full: each step is answered with false. What was there stays. */
  isBlocked = false
  /** Steps that begin now are never answered, as in a browser whose database hangs; nothing is kept. */
  isHanging = false
  /** Whether the step of that number, counted from 1, fails. */
  failsAt: (call: number) => boolean = () => false
  /** How long a step takes, half of it before it is done; 0 is the next promise job. */
  delayMs = 0

  /** Steps that have begun, those that failed counted too. */
  get calls(): number {
    return this.#calls
  }

  get names(): string[] {
    return [...this.#texts.keys()]
  }

  get(name: string): unknown {
    const text = this.#texts.get(name)
    return text === undefined ? undefined : (JSON.parse(text) as unknown)
  }

  /** Puts anything there, as another program or an earlier build might. */
  set(name: string, value: unknown): void {
    this.#texts.set(name, JSON.stringify(value))
  }

  /** As where the site's data is cleared. */
  clear(): void {
    this.#texts.clear()
  }

  /** The values as the tab with this clock sees them. */
  forTab(clock: SimClock): SharedValues {
    return { update: (name, change) => this.#update(clock, name, change) }
  }

  #update(clock: SimClock, name: string, change: (kept: unknown) => unknown): Promise<boolean> {
    this.#calls += 1
    const isFailing = this.isBlocked || this.failsAt(this.#calls)
    if (this.isHanging) return new Promise(() => undefined)
    return new Promise((resolve) => {
      const { timeline } = clock
      timeline.carry(this.delayMs / 2, () => {
        // A step that a tab began before it died is done or not; here it is not.
        if (clock.isDead) return
        clock.whenAwake(() => {
          const isKept = !isFailing && this.#step(name, change)
          timeline.carry(this.delayMs / 2, () => {
            clock.whenAwake(() => {
              resolve(isKept)
            })
          })
        })
      })
    })
  }

  #step(name: string, change: (kept: unknown) => unknown): boolean {
    const kept = this.get(name)
    const next = change(kept)
    if (next === kept) return true
    if (next === undefined) this.#texts.delete(name)
    else this.set(name, next)
    return true
  }
}
