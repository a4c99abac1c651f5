import { type CauseFigures, type HealthFigures, renewalCauses, type RenewalOutcome } from '@helvino/protocol'
import {
  latencyBoundsMs,
  latencyStart,
  type PlainCell,
  plainCell,
  plainCells,
  renewalCell,
  waitBoundsMs,
  waitStart,
} from './cells.ts'
import { percentileMs } from './percentile.ts'

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0)

/** What a row of summed counters says, for people. */
export function figuresOf(sums: Float64Array): HealthFigures {
  const latency = [...sums.subarray(latencyStart, waitStart)]
  const waits = [...sums.subarray(waitStart, waitStart + waitBoundsMs.length + 1)]
  const outcome = (name: RenewalOutcome) => sumOf(renewalCauses.map((cause) => sums[renewalCell(cause, name)] ?? 0))
  const plain = Object.fromEntries(plainCells.map((name) => [name, sums[plainCell(name)] ?? 0]))
  return {
    ...(plain as Record<PlainCell, number>),
    renewed: outcome('renewed'),
    unavailable: outcome('unavailable'),
    refused: outcome('refused'),
    p50Ms: percentileMs(latency, latencyBoundsMs, 0.5),
    p95Ms: percentileMs(latency, latencyBoundsMs, 0.95),
    waits: sumOf(waits),
    waitsFelt: sumOf(waits.slice(1)),
  }
}

export const causesOf = (sums: Float64Array): CauseFigures[] =>
  renewalCauses.map((cause) => ({
    cause,
    renewed: sums[renewalCell(cause, 'renewed')] ?? 0,
    unavailable: sums[renewalCell(cause, 'unavailable')] ?? 0,
    refused: sums[renewalCell(cause, 'refused')] ?? 0,
  }))
