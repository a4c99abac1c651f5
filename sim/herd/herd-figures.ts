import { peakPerSecond } from './curve.ts'
import type { HerdReport } from './herd-world.ts'
import { beginsAtMs, ceilings, endsAtMs, fleetCapacity } from './outage.ts'

/** The value that `fraction` of the others do not exceed. */
export function quantile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? NaN
}

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

const bins = 20
/** Chi-square with 19 degrees of freedom: one run in a thousand of even waits is above this. */
export const mostUneven = 43.82

/** Timers round up to whole ms: so much may lie outside. */
const rounding = 0.002

/** Chi-square of what was drawn against an even spread from 0 to 1; `Infinity` where one lies outside. */
export function unevenness(places: readonly number[]): number {
  const counts = Array.from({ length: bins }, () => 0)
  for (const place of places) {
    if (!(place >= -rounding && place <= 1 + rounding)) return Infinity
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(place * bins)))
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  const expected = places.length / bins
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

const inUseBackWithinMs = 35_000
const visibleBackWithinMs = 300_000
const mostTriesUntilBack = 1.1
/** A part of a second may lie in the next bin. */
const servedSlack = 1.01

/**
 * What was promised and not kept, one line each. The ceilings are those of renewals, and no try for a socket may pass them either. `noise`: standard deviations of a count in one bin that are forgiven; the fewer widgets stand
 * for the fleet, the larger each one is. `standsFor`: how many each stands for.
 */
export function missesOf(report: HerdReport, standsFor: number, noise: number): readonly string[] {
  const misses: string[] = []
  const demand = (what: string, found: number, most: number) => {
    if (!(found <= most)) misses.push(`${what}: ${found} instead of at most ${most}`)
  }
  for (const { name, fromMs, untilMs, perSecond } of ceilings) {
    // Counts of independent pages are Poisson.
    const most = (binSeconds: number, forgiven: number) =>
      perSecond + forgiven * Math.sqrt((perSecond * standsFor) / binSeconds)
    demand(`renewals a second, ${name}`, peakPerSecond(report.renewals, fromMs, untilMs), most(10, noise))
    demand(
      `tries for a socket, ${name}`,
      peakPerSecond(report.socketsBySecond, fromMs, untilMs),
      most(1, Math.max(3, noise)),
    )
  }
  demand('served a second', peakPerSecond(report.served, beginsAtMs, endsAtMs), fleetCapacity * servedSlack)
  demand('asked for by pages that sleep', peakPerSecond(report.asleep, beginsAtMs, endsAtMs), 0)
  demand('99 % of those in use back, ms', quantile(report.backAfterMs['in use'], 0.99), inUseBackWithinMs)
  demand('99 % of those seen back, ms', quantile(report.backAfterMs.visible, 0.99), visibleBackWithinMs)
  demand('tries until back', mean(report.triesUntilBack), mostTriesUntilBack)
  demand('requests with a token that had run out', report.tokenRefusals, 0)
  demand('unevenness of the points of renewal', unevenness(report.points), mostUneven)
  if (report.waits.length > 0) demand('unevenness of the waits', unevenness(report.waits), mostUneven)
  return misses
}
