import type { ReportedRenewal, TelemetryReport } from '@helvino/protocol'
import type { TokenEvent } from '@helvino/token/core'

// Spelled out, so that the widget's chunk need not carry the whole table of limits; a test holds the two together.
const maxEntries = 50
const maxCount = 10_000
const longestMs = 3_600_000

// What is no number counts as 0: as JSON it would be null, and cost the whole report.
const wholeMs = (ms: number): number => Math.round(Math.min(longestMs, Math.max(0, ms))) || 0

type Counts = { -readonly [Name in Exclude<keyof TelemetryReport, 'renewals' | 'waitsMs'>]: TelemetryReport[Name] }

const noCounts: Counts = { refusedWrites: 0, staleServes: 0, sharedRenewals: 0, dropped: 0 }

/** Folds what the renewer tells into one report, within the bounds of the wire: what finds no room is counted as dropped. */
export class RenewalReport {
  #renewals: ReportedRenewal[] = []
  #waitsMs: number[] = []
  #counts = noCounts

  get isEmpty(): boolean {
    return !this.#renewals.length && !this.#waitsMs.length && Object.values(this.#counts).every((count) => !count)
  }

  /** What another tab tried, that tab reports. */
  hear(event: TokenEvent): void {
    switch (event.type) {
      case 'renewing':
        return
      case 'refused':
        this.#count({ refusedWrites: 1 })
        return
      case 'failed':
        if (event.isShared) return
        this.#keep(this.#renewals, [
          { cause: event.cause, outcome: event.isFinal ? 'refused' : 'unavailable', tookMs: wholeMs(event.tookMs) },
        ])
        return
      case 'renewed': {
        const { cause, tookMs, waitedMs, isShared, staleServes } = event
        if (!isShared) this.#keep(this.#renewals, [{ cause, outcome: 'renewed', tookMs: wholeMs(tookMs) }])
        if (waitedMs > 0) this.#keep(this.#waitsMs, [wholeMs(waitedMs)])
        this.#count({ staleServes, sharedRenewals: isShared ? 1 : 0 })
      }
    }
  }

  /** Empties it. */
  take(): TelemetryReport {
    const report = { renewals: this.#renewals, waitsMs: this.#waitsMs, ...this.#counts }
    this.#renewals = []
    this.#waitsMs = []
    this.#counts = noCounts
    return report
  }

  /** What could not be sent goes with the next one, as far as there is room. */
  giveBack({ renewals, waitsMs, ...counts }: TelemetryReport): void {
    this.#keep(this.#renewals, renewals)
    this.#keep(this.#waitsMs, waitsMs)
    this.#count(counts)
  }

  #keep<Item>(kept: Item[], more: readonly Item[]): void {
    const taken = more.slice(0, maxEntries - kept.length)
    kept.push(...taken)
    this.#count({ dropped: more.length - taken.length })
  }

  #count(more: Partial<Counts>): void {
    const sums = { ...this.#counts }
    for (const name of Object.keys(noCounts) as (keyof Counts)[])
      sums[name] = Math.min(maxCount, sums[name] + (more[name] ?? 0))
    this.#counts = sums
  }
}
