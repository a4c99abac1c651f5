import type { Clock } from '@helvino/runtime'
import { SimTimeline } from './sim-timeline.ts'

interface SimTimer {
  readonly dueMonotonicMs: number
  readonly tie: number
  readonly onDue: () => void
  cancel: () => void
}

export interface MachineSleep {
  /** Whether the monotonic clock goes on while the machine sleeps. Browsers differ by platform (w3c/hr-time#115). */
  readonly monotonicTicks: boolean
}

/** The clock of one tab or process on a timeline: its wall clock may be wrong, its timers may be held back by a freeze or by sleep. */
export class SimClock implements Clock {
  readonly timeline: SimTimeline
  readonly #timers = new Set<SimTimer>()
  readonly #originMs: number
  #heldBack: (() => void)[] = []
  #wallOffsetMs = 0
  #haltedMs = 0
  #lid: { readonly closedAtMs: number; readonly monotonicTicks: boolean } | undefined
  #isFrozen = false
  #isDead = false
  #throttledToMs = 0
  #tieAtMs = -1
  #tie = 0

  constructor(timeline = new SimTimeline()) {
    this.timeline = timeline
    this.#originMs = timeline.elapsedMs
  }

  /** Timers that have neither run nor been cancelled. */
  get pendingTimers(): number {
    return this.#timers.size
  }

  get isDead(): boolean {
    return this.#isDead
  }

  nowMs(): number {
    return this.timeline.nowMs + this.#wallOffsetMs
  }

  monotonicMs(): number {
    const isHalted = this.#lid !== undefined && !this.#lid.monotonicTicks
    const untilMs = isHalted && this.#lid ? this.#lid.closedAtMs : this.timeline.elapsedMs
    return untilMs - this.#originMs - this.#haltedMs
  }

  startTimer(delayMs: number, onDue: () => void): () => void {
    if (this.#isDead) return () => undefined
    if (!Number.isFinite(delayMs)) throw new RangeError(`a timer of ${String(delayMs)} ms`)
    const dueMonotonicMs = this.monotonicMs() + Math.max(0, Math.ceil(delayMs))
    const timer: SimTimer = { dueMonotonicMs, tie: this.#drawTie(), onDue, cancel: () => undefined }
    this.#timers.add(timer)
    this.#arm(timer)
    return () => {
      if (!this.#timers.delete(timer)) return
      timer.cancel()
      this.timeline.noteActivity()
    }
  }

  /** Sets the wall clock forward, or back where `ms` is negative. */
  stepWallClock(ms: number): void {
    this.#wallOffsetMs += ms
  }

  /** Page freeze (Page Lifecycle): nothing of this tab runs until `thawTimers`; both clocks go on. */
  freezeTimers(): void {
    this.#isFrozen = true
  }

  thawTimers(): void {
    this.#isFrozen = false
    this.#releaseHeldBack()
  }

  /** As a browser does in a hidden tab: timers run only at whole multiples of `everyMs` of the monotonic clock, until `unthrottleTimers`. */
  throttleTimers(everyMs: number): void {
    this.#throttledToMs = everyMs
    this.#armAll()
  }

  unthrottleTimers(): void {
    this.#throttledToMs = 0
    this.#armAll()
  }

  /** The machine sleeps from here on; other clocks of the timeline do not. */
  closeLid({ monotonicTicks }: MachineSleep): void {
    this.#lid ??= { closedAtMs: this.timeline.elapsedMs, monotonicTicks }
  }

  openLid(): void {
    const lid = this.#lid
    if (!lid) return
    this.#lid = undefined
    if (!lid.monotonicTicks) this.#haltedMs += this.timeline.elapsedMs - lid.closedAtMs
    this.#releaseHeldBack()
  }

  /** Closes the lid for `ms` and runs what is due at once on waking. */
  async sleepMachine(ms: number, sleep: MachineSleep): Promise<void> {
    this.closeLid(sleep)
    await this.timeline.advance(ms)
    this.openLid()
    await this.timeline.advance(0)
  }

  /** Runs `run` at once, or on waking where this tab is frozen or asleep; never once it is dead. Everything that comes from outside takes this door. */
  whenAwake(run: () => void): void {
    if (this.#isDead) return
    if (this.#isFrozen || this.#lid) this.#heldBack.push(run)
    else run()
  }

  /** The tab is gone: nothing of it runs again. */
  kill(): void {
    this.#isDead = true
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
    this.#heldBack = []
  }

  /** See `SimTimeline.advance`. */
  advance(ms: number): Promise<void> {
    return this.timeline.advance(ms)
  }

  /** See `SimTimeline.settle`. */
  settle(): Promise<void> {
    return this.timeline.settle()
  }

  /** See `SimTimeline.runUntilIdle`. */
  runUntilIdle(limitMs: number): Promise<boolean> {
    return this.timeline.runUntilIdle(limitMs)
  }

  #arm(timer: SimTimer): void {
    const restMs = this.#runsAtMs(timer) - this.monotonicMs()
    timer.cancel = this.timeline.schedule(
      restMs,
      () => {
        this.whenAwake(() => {
          this.#runIfDue(timer)
        })
      },
      timer.tie,
    )
  }

  #armAll(): void {
    for (const timer of this.#timers) {
      timer.cancel()
      this.#arm(timer)
    }
  }

  #runsAtMs({ dueMonotonicMs }: SimTimer): number {
    const stepMs = this.#throttledToMs
    return stepMs > 0 ? Math.ceil(dueMonotonicMs / stepMs) * stepMs : dueMonotonicMs
  }

  #runIfDue(timer: SimTimer): void {
    // It may have been cancelled while it was held back.
    if (!this.#timers.has(timer)) return
    if (this.#runsAtMs(timer) > this.monotonicMs()) {
      this.#arm(timer)
      return
    }
    this.#timers.delete(timer)
    timer.onDue()
  }

  // Timers that one tab starts at the same moment with the same delay run in that order (HTML, "run steps after a timeout"): they share a tie.
  #drawTie(): number {
    if (this.#tieAtMs !== this.timeline.elapsedMs) {
      this.#tieAtMs = this.timeline.elapsedMs
      this.#tie = this.timeline.drawTie()
    }
    return this.#tie
  }

  #releaseHeldBack(): void {
    if (this.#isFrozen || this.#lid) return
    const tie = this.timeline.drawTie()
    for (const run of this.#heldBack.splice(0)) {
      this.timeline.schedule(
        0,
        () => {
          this.whenAwake(run)
        },
        tie,
      )
    }
  }
}
