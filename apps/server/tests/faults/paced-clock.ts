import type { Clock } from '@helvino/runtime'
import { systemClock } from '@helvino/runtime/system-node'

/** A clock that runs `speed` times as fast as the machine's: minutes of waiting pass in a test's seconds. */
export class PacedClock implements Clock {
  readonly #speed: number
  readonly #startedAtMs = systemClock.nowMs()
  readonly #originMs = systemClock.monotonicMs()
  #steppedMs = 0

  constructor(speed = 1) {
    this.#speed = speed
  }

  nowMs(): number {
    return Math.floor(this.#startedAtMs + this.monotonicMs() + this.#steppedMs)
  }

  monotonicMs(): number {
    return (systemClock.monotonicMs() - this.#originMs) * this.#speed
  }

  startTimer(delayMs: number, onDue: () => void): () => void {
    return systemClock.startTimer(delayMs / this.#speed, onDue)
  }

  /** Sets the wall clock forward, or back where `ms` is negative. */
  stepWallClock(ms: number): void {
    this.#steppedMs += ms
  }
}
