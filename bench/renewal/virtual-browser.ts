import { SimBrowser, type SimClock, type SimTimeline } from '@helvino/testkit'
import { virtualPage } from './virtual-page.ts'
import { virtualAbortAfter, virtualDate, virtualTimers } from './virtual-timers.ts'

/** Whether the monotonic clock goes on while the machine sleeps: it does on some platforms and stands still on others (w3c/hr-time#115). */
export type MonotonicInSleep = 'ticks' | 'halts'

// Taken before any of them is replaced: the driver itself lives on the host's time.
const { setImmediate } = globalThis

function setGlobals(values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true, enumerable: true })
}

/** One browser on one machine, put in the place of this process's globals: every engine runs in it as shipped. */
export class VirtualBrowser {
  readonly timeline: SimTimeline
  readonly clock: SimClock
  /** Errors that nobody caught: thrown in a timer, or a rejection without a handler. */
  readonly uncaught: unknown[] = []
  readonly #browser: SimBrowser

  constructor() {
    // Requests go through the replaced `fetch`; the simulated tab's own network is not used.
    this.#browser = new SimBrowser({ server: { respond: () => ({ status: 404 }) } })
    this.timeline = this.#browser.timeline
    this.clock = this.#browser.openTab().clock
  }

  /** Replaces what a page would find. For good: whoever wants another world starts another process. */
  install(fetch: unknown): void {
    this.installPage()
    const { clock } = this
    const note = (error: unknown) => this.uncaught.push(error)
    process.on('unhandledRejection', note)
    process.on('uncaughtException', note)
    setGlobals({ ...virtualTimers(clock, note), Date: virtualDate(clock), fetch })
    Object.defineProperty(performance, 'now', { value: () => clock.monotonicMs(), configurable: true })
    Object.defineProperty(AbortSignal, 'timeout', { value: virtualAbortAfter(clock), configurable: true })
  }

  /** The page without its time and network. */
  installPage(): void {
    const { channels, locks } = this.#browser
    setGlobals(virtualPage({ channels: channels.forTab(this.clock), locks: locks.forTab(this.clock) }))
  }

  /** Lets `ms` pass. Between two moments the host's own work is done too: bodies that are read, keys that are computed. */
  async pass(ms: number): Promise<void> {
    const { timeline } = this
    const endMs = timeline.elapsedMs + ms
    await this.#rest()
    for (let next = timeline.nextEventAtMs; next !== undefined && next <= endMs; next = timeline.nextEventAtMs) {
      await timeline.advance(next - timeline.elapsedMs)
      await this.#rest()
    }
    await timeline.advance(endMs - timeline.elapsedMs)
  }

  /** The machine sleeps for `ms`; `onWake` runs before anything that was held back. */
  async sleep(ms: number, monotonic: MonotonicInSleep, onWake: () => void = () => undefined): Promise<void> {
    this.clock.closeLid({ monotonicTicks: monotonic === 'ticks' })
    await this.pass(ms)
    onWake()
    this.clock.openLid()
  }

  async #rest(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve))
      await this.timeline.settle()
    }
  }
}
