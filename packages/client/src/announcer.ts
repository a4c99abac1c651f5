import type { MessageId } from '@helvino/protocol'
import { type Runtime, sleep } from '@helvino/runtime'

/** Longer than the tabs of one browser are apart in hearing of a message. */
const heldMs = 2_000
/** A tab that is seen waits so long: where it stood still, what the others have told meanwhile is heard first. */
const seenAfterMs = 50
/** How long a hidden tab leaves it to one that is seen. */
const hiddenAfterMs = 300
const mostKept = 200

/** Sees to it that one of all tabs announces a message. A lock decides between two that are at it, a word tells the others. */
export class Announcer {
  readonly #runtime: Runtime
  readonly #name: string
  readonly #say: (id: MessageId) => void
  readonly #told = new Set<MessageId>()

  /** `name`: of the locks; `say` tells the other tabs that it is done. */
  constructor(runtime: Runtime, name: string, say: (id: MessageId) => void) {
    this.#runtime = runtime
    this.#name = name
    this.#say = say
  }

  /** Another tab has announced it. */
  note(id: MessageId): void {
    this.#told.add(id)
    for (const oldest of this.#told) {
      if (this.#told.size <= mostKept) return
      this.#told.delete(oldest)
    }
  }

  /** `isAlone`: no other tab is known to be seen. Then a hidden one does not wait: its timers are slow. */
  async announce(id: MessageId, fire: () => void, isAlone: boolean, signal: AbortSignal): Promise<void> {
    const { clock, locks, life } = this.#runtime
    const delayMs = life.isVisible() ? seenAfterMs : isAlone ? 0 : hiddenAfterMs
    if (delayMs > 0) await sleep(clock, delayMs, signal).catch(() => undefined)
    if (signal.aborted) return
    await locks.holdIfFree(`${this.#name}/${id}`, async () => {
      if (this.#told.has(id)) return
      this.note(id)
      this.#say(id)
      fire()
      await sleep(clock, heldMs, signal).catch(() => undefined)
    })
  }
}
