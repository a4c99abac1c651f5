import { EventQueue, type SimEvent } from './event-queue.ts'
import { SimRandom } from './sim-random.ts'

/** What a timeline's clock shows at its beginning: 2027-01-01T00:00:00Z, in ms since the Unix epoch. */
const epochMs = 1_798_761_600_000

/**
 * How many turns of the promise queue must pass without any call into the simulated world before it counts as quiet: nothing tells in plain
 * JavaScript that the queue is empty. Each turn moves every promise chain on by one job, so this bounds the jobs between two such calls: an
 * `await` takes one, an async function that returns a promise three. Measured on the simulation: 12 are too few, from 16 on no trace changes;
 * sim/ holds its worlds against ten times as many. It is most of what an event costs.
 */
const usualQuietTurns = 24
const maxTurns = 200_000
const nextTurn = Promise.resolve()

/** One virtual time for a whole world: clocks, networks and servers hang on it. Whole ms, so that sums are exact. */
export class SimTimeline {
  readonly #queue = new EventQueue()
  readonly #ties: SimRandom | undefined
  #elapsedMs = 0
  #order = 0
  #activity = 0
  #pendingEvents = 0
  #ranEvents = 0
  #isAdvancing = false
  readonly #quietTurns: number
  #bug: { readonly error: unknown } | undefined

  /** With a seed, events of the same moment run in an order drawn from it; without one, in the order in which they were scheduled. */
  constructor(seed?: string | number, quietTurns = usualQuietTurns) {
    this.#quietTurns = quietTurns
    this.#ties = seed === undefined ? undefined : new SimRandom(seed).fork('ties')
  }

  /** Ms since the beginning. */
  get elapsedMs(): number {
    return this.#elapsedMs
  }

  /** True time, ms since the Unix epoch; no tab's clock need agree. */
  get nowMs(): number {
    return epochMs + this.#elapsedMs
  }

  /** Events still to come. */
  get pendingEvents(): number {
    return this.#pendingEvents
  }

  /** When the next event is due, in ms since the beginning; for a driver that must let the host's own work be done between events. */
  get nextEventAtMs(): number | undefined {
    return this.#queue.peek()?.atMs
  }

  /** Events that have run. */
  get ranEvents(): number {
    return this.#ranEvents
  }

  drawTie(): number {
    return this.#ties?.fraction() ?? 0
  }

  /** Runs `run` after `delayMs` (rounded up to a whole ms; below 0 counts as 0); the returned function cancels it. */
  schedule(delayMs: number, run: () => void, tie = this.drawTie()): () => void {
    if (!Number.isFinite(delayMs)) throw new RangeError(`a delay of ${String(delayMs)} ms`)
    const atMs = this.#elapsedMs + Math.max(0, Math.ceil(delayMs))
    const event: SimEvent = { atMs, tie, order: this.#order++, run, isCancelled: false }
    this.#queue.push(event)
    this.#pendingEvents++
    this.noteActivity()
    return () => {
      if (event.isCancelled) return
      event.isCancelled = true
      this.#pendingEvents--
    }
  }

  /** As `schedule`, but a delay of 0 is the next promise job and needs no `advance`. */
  carry(delayMs: number, run: () => void): void {
    this.noteActivity()
    if (delayMs > 0) this.schedule(delayMs, run)
    else void Promise.resolve().then(run).catch(this.reportBug)
  }

  /** Every call into the simulated world says so, so that `settle` sees that the promise jobs are still at work. */
  noteActivity(): void {
    this.#activity++
  }

  /** For an error that nobody awaits: the running or the next `settle` or `advance` throws it. */
  readonly reportBug = (error: unknown): void => {
    this.#bug ??= { error }
  }

  /** Runs what is due within the next `ms`, in order of time, letting promise jobs come to rest after each event. */
  async advance(ms: number): Promise<void> {
    await this.#advanceTo(this.#elapsedMs + ms, false)
  }

  /** As `advance`, but stops at the last event. False where `limitMs` came first. */
  async runUntilIdle(limitMs: number): Promise<boolean> {
    return this.#advanceTo(this.#elapsedMs + limitMs, true)
  }

  /** Lets promise jobs come to rest at this moment; runs no event. */
  async settle(): Promise<void> {
    let quiet = 0
    let seen = this.#activity
    for (let turn = 0; quiet < this.#quietTurns; turn++) {
      if (turn > maxTurns) throw new Error('promise jobs never come to rest')
      await nextTurn
      quiet = seen === this.#activity ? quiet + 1 : 0
      seen = this.#activity
    }
    const bug = this.#bug
    this.#bug = undefined
    if (bug) throw bug.error
  }

  async #advanceTo(endMs: number, isStoppingWhenIdle: boolean): Promise<boolean> {
    if (this.#isAdvancing) throw new Error('time is being advanced already: await the first call')
    this.#isAdvancing = true
    try {
      await this.settle()
      for (;;) {
        const next = this.#queue.peek()
        if (!next && isStoppingWhenIdle) return true
        if (!next || next.atMs > endMs) break
        this.#queue.pop()
        this.#pendingEvents--
        this.#ranEvents++
        // From here on cancelling it changes nothing.
        next.isCancelled = true
        this.#elapsedMs = next.atMs
        next.run()
        await this.settle()
      }
      this.#elapsedMs = endMs
      return false
    } finally {
      this.#isAdvancing = false
    }
  }
}
