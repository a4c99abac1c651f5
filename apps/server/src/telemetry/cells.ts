import { renewalCauses, type RenewalOutcome, renewalOutcomes, type ReportedCause } from '@helvino/protocol'

/** Upper bounds of the buckets of a renewal's time, in ms; one more bucket takes what is longer. */
export const latencyBoundsMs: readonly number[] = [
  5, 10, 20, 35, 50, 75, 100, 150, 200, 300, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000, 10_000,
]

/** A wait up to the first bound is not noticed by a person (Miller 1968: 0.1 s is felt as at once). */
export const waitBoundsMs: readonly number[] = [100, 250, 500, 1_000, 2_000, 5_000, 10_000]

export const plainCells = [
  'refusedWrites',
  'staleServes',
  'sharedRenewals',
  'dropped',
  'reports',
  'serverRefusedExpired',
  'serverRefusedInvalid',
  'bootloaderAnswered',
  'bootloaderRefused',
  'bootloaderFailed',
] as const
export type PlainCell = (typeof plainCells)[number]

// One minute of one organisation is a row of counters: renewals by cause and outcome, then the two histograms, then the plain ones.
export const latencyStart = renewalCauses.length * renewalOutcomes.length
export const waitStart = latencyStart + latencyBoundsMs.length + 1
const plainStart = waitStart + waitBoundsMs.length + 1
export const cellCount = plainStart + plainCells.length

export const renewalCell = (cause: ReportedCause, outcome: RenewalOutcome): number =>
  renewalCauses.indexOf(cause) * renewalOutcomes.length + renewalOutcomes.indexOf(outcome)

export const plainCell = (name: PlainCell): number => plainStart + plainCells.indexOf(name)

/** Which bucket of a histogram takes this. */
export function bucketOf(boundsMs: readonly number[], ms: number): number {
  const index = boundsMs.findIndex((boundMs) => ms <= boundMs)
  return index < 0 ? boundsMs.length : index
}
