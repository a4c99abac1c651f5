import type { Clock, Life, LifeEvent } from '@helvino/runtime'
import type { TokenRenewer } from '@helvino/token/core'

const asleepAfterMs = 600_000
const asleepAfterUnansweredMs = 1_800_000

export interface AttendancePorts {
  readonly clock: Clock
  readonly life: Life
  readonly renewer: TokenRenewer
  /** A page with an unanswered word of its owner stays awake for longer. */
  readonly isAnswerAwaited: () => boolean
  readonly onAwake: () => void
  readonly onAtRest: () => void
}

/**
 * Whether this page takes part. While it does, its token is kept fresh and it is connected. It rests once it is left, and falls asleep when it
 * has been hidden without a message for ten minutes, thirty while an answer is awaited; being seen wakes it.
 */
export class Attendance {
  readonly #ports: AttendancePorts
  #awake = new AbortController()
  #isStarted = false
  #release: (() => void) | undefined
  #cancelSleep: (() => void) | undefined

  constructor(ports: AttendancePorts) {
    this.#ports = ports
  }

  /** Lasts until the page next rests: what is worth doing only while it takes part ends with it. */
  get signal(): AbortSignal {
    return this.#awake.signal
  }

  get isAwake(): boolean {
    return this.#release !== undefined
  }

  start(): void {
    this.#isStarted = true
    this.#wake()
  }

  stop(): void {
    this.#isStarted = false
    this.#rest()
  }

  hear(event: LifeEvent): void {
    if (event === 'leaving') this.#rest()
    if (event === 'hidden') this.#armSleep()
    // A frozen page may resume while it is still hidden: that is no reason to take part.
    if ((event === 'visible' || event === 'returned') && this.#ports.life.isVisible()) this.#wake()
  }

  /** A message keeps a hidden page awake for as long again. */
  noteMessage(): void {
    if (!this.#ports.life.isVisible()) this.#armSleep()
  }

  #wake(): void {
    if (!this.#isStarted) return
    if (this.#awake.signal.aborted) this.#awake = new AbortController()
    this.#release ??= this.#ports.renewer.hold()
    this.#cancelSleep?.()
    // A page may be opened where nobody sees it.
    if (!this.#ports.life.isVisible()) this.#armSleep()
    this.#ports.onAwake()
  }

  #rest(): void {
    this.#cancelSleep?.()
    this.#awake.abort()
    this.#release?.()
    this.#release = undefined
    this.#ports.onAtRest()
  }

  #armSleep(): void {
    this.#cancelSleep?.()
    if (!this.isAwake) return
    const afterMs = this.#ports.isAnswerAwaited() ? asleepAfterUnansweredMs : asleepAfterMs
    this.#cancelSleep = this.#ports.clock.startTimer(afterMs, () => {
      this.#rest()
    })
  }
}
