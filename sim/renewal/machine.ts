import { SimBrowser, SimClock, type SimServer, type SimTimeline } from '@helvino/testkit'

/** Both clocks of a machine at once. */
export interface Moment {
  readonly wallMs: number
  readonly monotonicMs: number
}

/** One machine with one browser, and clocks of its own by which the watch knows what every tab on it may know. */
export class Machine {
  readonly name: string
  readonly browser: SimBrowser
  isAsleep = false
  readonly #clock: SimClock
  #unevenUntilMs = 0
  #setBackAtMs = -Infinity

  constructor(name: string, server: SimServer, timeline: SimTimeline, seed: string) {
    this.name = name
    this.browser = new SimBrowser({ server, timeline, seed })
    this.#clock = new SimClock(timeline)
  }

  now(): Moment {
    return { wallMs: this.#clock.nowMs(), monotonicMs: this.#clock.monotonicMs() }
  }

  /** Ms since `then`, the larger of what the two clocks say (rule 6 of section 5). */
  sinceMs(then: Moment): number {
    const { wallMs, monotonicMs } = this.now()
    return Math.max(wallMs - then.wallMs, monotonicMs - then.monotonicMs)
  }

  /** Tabs have locks and hear each other in time: what holds per origin can be asked for. */
  get isConnected(): boolean {
    const { locks, channels, timeline } = this.browser
    return !locks.isMissing && !channels.isMissing && timeline.elapsedMs >= this.#unevenUntilMs
  }

  /** Messages between tabs take `delayMs` until told otherwise; what is under way takes as long as it took when it was sent. */
  slowChannels(delayMs: number): void {
    const { channels, timeline } = this.browser
    // Budgets look a minute back: until then tabs may still differ in what they have heard.
    this.#unevenUntilMs = delayMs > 0 ? Infinity : timeline.elapsedMs + channels.delayMs + 61_000
    channels.delayMs = delayMs
  }

  /** When the wall clock was last set back, in ms of the timeline. */
  get setBackAtMs(): number {
    return this.#setBackAtMs
  }

  stepWallClock(ms: number): void {
    if (ms < 0) this.#setBackAtMs = this.browser.timeline.elapsedMs
    this.browser.stepWallClock(ms)
    this.#clock.stepWallClock(ms)
  }

  sleep(monotonicTicks: boolean): void {
    this.isAsleep = true
    this.browser.closeLid({ monotonicTicks })
    this.#clock.closeLid({ monotonicTicks })
  }

  wake(): void {
    this.isAsleep = false
    this.browser.openLid()
    this.#clock.openLid()
  }
}
