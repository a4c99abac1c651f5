import { type HealthBin, limits, type OrgId, type SessionHealth, type TelemetryReport } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import {
  bucketOf,
  cellCount,
  latencyBoundsMs,
  latencyStart,
  type PlainCell,
  plainCell,
  renewalCell,
  waitBoundsMs,
  waitStart,
} from './cells.ts'
import { causesOf, figuresOf } from './health-figures.ts'
import { MinuteRing, ringBytes } from './minute-ring.ts'

/** Organisations whose figures are kept; the one that was heard of longest ago falls out. */
export const maxFiguredOrgs = 128

/** 52 counters of 2 bytes for 25 hours of minutes are 156 kB for an organisation that was busy all day, and 20 MB for all of them. */
export const mostFigureBytes = maxFiguredOrgs * ringBytes

const minuteMs = 60_000
/** A chart's bin is so many minutes long. */
const binChoices = [1, 5, 15] as const
const longestBin = 15

const binMinutesFor = (minutes: number): number =>
  // One bin more than fits, since the range seldom begins where a bin does.
  binChoices.find((each) => Math.ceil(minutes / each) + 1 <= limits.healthBins) ?? longestBin

/** Figures of renewals by organisation and minute, for a day, in memory. */
export class SessionFigures {
  readonly #clock: Clock
  readonly #onForgotten: (orgId: OrgId) => void
  readonly #sinceMs: number
  readonly #rings = new Map<OrgId, MinuteRing>()

  constructor(clock: Clock, onForgotten: (orgId: OrgId) => void = () => undefined) {
    this.#clock = clock
    this.#onForgotten = onForgotten
    this.#sinceMs = clock.nowMs()
  }

  addReport(orgId: OrgId, report: TelemetryReport): void {
    const ring = this.#ringOf(orgId)
    const minute = this.#minute()
    for (const { cause, outcome, tookMs } of report.renewals) {
      ring.add(minute, renewalCell(cause, outcome), 1)
      if (outcome === 'renewed') ring.add(minute, latencyStart + bucketOf(latencyBoundsMs, tookMs), 1)
    }
    for (const waitMs of report.waitsMs) ring.add(minute, waitStart + bucketOf(waitBoundsMs, waitMs), 1)
    for (const name of ['refusedWrites', 'staleServes', 'sharedRenewals', 'dropped'] as const)
      ring.add(minute, plainCell(name), report[name])
    ring.add(minute, plainCell('reports'), 1)
  }

  count(orgId: OrgId, name: PlainCell): void {
    this.#ringOf(orgId).add(this.#minute(), plainCell(name), 1)
  }

  /** The last `minutes`, this one included; reading keeps nothing from falling out. */
  read(orgId: OrgId, minutes: number): SessionHealth {
    const last = this.#minute()
    const first = last - minutes + 1
    const binMinutes = binMinutesFor(minutes)
    const ring = this.#rings.get(orgId)
    const bins: HealthBin[] = []
    const total = new Float64Array(cellCount)
    for (let start = first - (first % binMinutes); start <= last; start += binMinutes) {
      const sums = new Float64Array(cellCount)
      ring?.addTo(sums, Math.max(first, start), Math.min(last, start + binMinutes - 1))
      for (const [cell, sum] of sums.entries()) total[cell] = (total[cell] ?? 0) + sum
      bins.push({ at: new Date(start * minuteMs).toISOString(), ...figuresOf(sums) })
    }
    const since = new Date(this.#sinceMs).toISOString()
    return { since, binMinutes, total: figuresOf(total), causes: causesOf(total), bins }
  }

  /** What the counters of all organisations take now. */
  get bytes(): number {
    return [...this.#rings.values()].reduce((sum, ring) => sum + ring.bytes, 0)
  }

  #minute(): number {
    return Math.floor(this.#clock.nowMs() / minuteMs)
  }

  #ringOf(orgId: OrgId): MinuteRing {
    const ring = this.#rings.get(orgId) ?? new MinuteRing()
    this.#rings.delete(orgId)
    this.#rings.set(orgId, ring)
    const [oldest] = this.#rings.keys()
    if (this.#rings.size > maxFiguredOrgs && oldest !== undefined) {
      this.#rings.delete(oldest)
      this.#onForgotten(oldest)
    }
    return ring
  }
}
