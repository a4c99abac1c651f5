import type { Clock } from '@helvino/runtime'

const afterMs = 600_000
const afterUnansweredMs = 1_800_000

/** Puts a page that nobody looks at to sleep: ten minutes after it was hidden or last heard a message, thirty while an answer is awaited. */
export class PageSleep {
  readonly #clock: Clock
  readonly #onAsleep: () => void
  #cancel: (() => void) | undefined

  constructor(clock: Clock, onAsleep: () => void) {
    this.#clock = clock
    this.#onAsleep = onAsleep
  }

  arm(isAnswerAwaited: boolean): void {
    this.cancel()
    this.#cancel = this.#clock.startTimer(isAnswerAwaited ? afterUnansweredMs : afterMs, this.#onAsleep)
  }

  cancel(): void {
    this.#cancel?.()
  }
}
