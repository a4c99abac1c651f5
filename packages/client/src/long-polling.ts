import type { Clock, Random } from '@helvino/runtime'
import { sleep } from '@helvino/runtime'
import type { CallResult } from './call.ts'
import { pauseBetweenTries } from './retry.ts'

/** What one round brought: the texts of frames as a socket would have told them, and when to ask again, in ms. */
export interface News {
  readonly frames: readonly string[]
  readonly againInMs: number
}

export interface LongPollingPorts {
  readonly clock: Clock
  readonly random: Random
  /** One round by a plain request. Never rejects. */
  readonly askForNews: (signal: AbortSignal) => Promise<CallResult<News>>
  readonly onText: (text: string) => void
  /** `isAnswered` has changed. */
  readonly onChange: () => void
}

/** Rounds without an answer, one after the other, after which it ends. Whoever wants more starts it again. */
const maxFailures = 3

/** Hears what is new by plain requests, for networks that let no socket through (RFC 6202, section 2). */
export class LongPolling {
  readonly #ports: LongPollingPorts
  #stop: AbortController | undefined
  #isAnswered = false

  constructor(ports: LongPollingPorts) {
    this.#ports = ports
  }

  /** The last round was answered: what is new is heard, if later than by a socket. */
  get isAnswered(): boolean {
    return this.#isAnswered
  }

  /** Asks again and again, until `stop`, a refusal or three failures; at the very first failure it ends at once, since then it is no socket that is missing. */
  start(): void {
    if (this.#stop) return
    const stop = new AbortController()
    this.#stop = stop
    void this.#run(stop.signal).finally(() => {
      if (this.#stop === stop) this.stop()
    })
  }

  stop(): void {
    this.#stop?.abort()
    this.#stop = undefined
    this.#set(false)
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, random, askForNews, onText } = this.#ports
    let failuresLeft = 1
    while (!signal.aborted && failuresLeft > 0) {
      const result = await askForNews(signal)
      if (signal.aborted || result.kind === 'refused') return
      if (result.kind === 'unreachable') {
        failuresLeft -= 1
        this.#set(false)
        if (failuresLeft > 0) await pauseBetweenTries(maxFailures - failuresLeft - 1, result, clock, random, signal)
        continue
      }
      failuresLeft = maxFailures
      this.#set(true)
      for (const text of result.value.frames) onText(text)
      // Aborted: the loop looks at the signal next.
      await sleep(clock, result.value.againInMs, signal).catch(() => undefined)
    }
  }

  #set(isAnswered: boolean): void {
    if (this.#isAnswered === isAnswered) return
    this.#isAnswered = isAnswered
    this.#ports.onChange()
  }
}
