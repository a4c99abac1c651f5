import type { Clock } from '@helvino/runtime'

/** How old, in ms, an answer may be. A switch or a sign-out that another process has written acts on HTTP within 1 s. */
const recentMs = 500
/** Answers that are kept; where one more comes, all are asked for anew. */
const maxAnswers = 10_000

/** Answers of the database, each for `recentMs` from when it was asked for. Whoever asks at the same time shares one reading. */
export class Recent<Answer> {
  readonly #clock: Clock
  readonly #asked = new Map<string, { readonly atMs: number; readonly answer: Promise<Answer> }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  find(key: string, read: () => Promise<Answer>): Promise<Answer> {
    const atMs = this.#clock.monotonicMs()
    const known = this.#asked.get(key)
    if (known && atMs - known.atMs < recentMs) return known.answer
    if (this.#asked.size >= maxAnswers) this.#asked.clear()
    const asked = { atMs, answer: read() }
    this.#asked.set(key, asked)
    // A failed reading is an answer to those who wait for it, and to nobody after them.
    asked.answer.catch(() => {
      if (this.#asked.get(key) === asked) this.#asked.delete(key)
    })
    return asked.answer
  }

  /** For when it was written: whoever asks from now on is told of it. */
  forget(key: string): void {
    this.#asked.delete(key)
  }
}
