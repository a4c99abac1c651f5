import type { Clock } from '@helvino/runtime'

/** Between two rounds, in ms: with the time that a round takes, nobody goes unchecked for 5 s. */
const roundEveryMs = 4_000
/** So many are asked before others have a turn: a few ms. */
const askedInOneTurn = 100

export interface Rechecked {
  /** Closes itself where its token would no longer be taken. Never rejects. */
  recheck(): Promise<void>
}

/** Asks every session, again and again, whether it may stay. One timer for all of them, and none while there is nobody. */
export class Rechecks {
  readonly #clock: Clock
  readonly #sessions = new Set<Rechecked>()
  #cancel: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(session: Rechecked): void {
    this.#sessions.add(session)
    this.#cancel ??= this.#clock.startTimer(roundEveryMs, () => {
      void this.#round()
    })
  }

  remove(session: Rechecked): void {
    this.#sessions.delete(session)
    if (this.#sessions.size > 0) return
    this.#cancel?.()
    this.#cancel = undefined
  }

  async #round(): Promise<void> {
    // The next round is timed from the start of this one.
    this.#cancel = this.#clock.startTimer(roundEveryMs, () => {
      void this.#round()
    })
    const sessions = [...this.#sessions]
    for (let asked = 0; asked < sessions.length; asked += askedInOneTurn) {
      await Promise.all(sessions.slice(asked, asked + askedInOneTurn).map((session) => session.recheck()))
      await new Promise<void>((resolve) => this.#clock.startTimer(0, resolve))
    }
  }
}
