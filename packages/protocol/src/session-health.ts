import { limits } from './limits.ts'
import { asRecord, asString, decodeList } from './record.ts'
import { type RenewalOutcome, renewalCauses, type ReportedCause } from './telemetry.ts'

type OutcomeCounts = Readonly<Record<RenewalOutcome, number>>

/** What pages reported, and what the server itself saw, over one stretch of time. */
export interface HealthFigures extends OutcomeCounts {
  /** Half of the successful renewals, and 95 of 100, took no longer, in ms; `null` where there were none. Estimated from fixed buckets. */
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  /** Calls that waited for a token, and those of them that a person notices. */
  readonly waits: number
  readonly waitsFelt: number
  readonly refusedWrites: number
  readonly staleServes: number
  readonly sharedRenewals: number
  /** What pages had no room to keep. */
  readonly dropped: number
  readonly reports: number
  /** Writes that this server refused for their token. */
  readonly serverRefusedExpired: number
  readonly serverRefusedInvalid: number
  /** The bootloader's answers: a token, a refusal, a failure of the server. */
  readonly bootloaderAnswered: number
  readonly bootloaderRefused: number
  readonly bootloaderFailed: number
}

export interface HealthBin extends HealthFigures {
  /** When it begins: ISO 8601, UTC. */
  readonly at: string
}

export interface CauseFigures extends OutcomeCounts {
  readonly cause: ReportedCause
}

/** Answer to `GET /api/agent/session-health`. */
export interface SessionHealth {
  /** Since when this server counts: ISO 8601, UTC. */
  readonly since: string
  /** Of one bin. */
  readonly binMinutes: number
  readonly total: HealthFigures
  readonly causes: readonly CauseFigures[]
  /** Oldest first, without gaps. */
  readonly bins: readonly HealthBin[]
}

// Spelled out without a spread, which bundlers take for an effect: the widget would carry this list.
const countNames = [
  'renewed',
  'unavailable',
  'refused',
  'waits',
  'waitsFelt',
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
] as const satisfies readonly (keyof HealthFigures)[]

/** A figure that an older server does not send is none. */
const countOf = (value: unknown): number => (typeof value === 'number' && value >= 0 ? value : 0)

const msOrNull = (value: unknown): number | null => (typeof value === 'number' && value >= 0 ? value : null)

function decodeFigures(value: unknown): HealthFigures | undefined {
  const record = asRecord(value)
  if (!record) return undefined
  const counts = Object.fromEntries(countNames.map((name) => [name, countOf(record[name])]))
  return {
    ...(counts as Record<(typeof countNames)[number], number>),
    p50Ms: msOrNull(record['p50Ms']),
    p95Ms: msOrNull(record['p95Ms']),
  }
}

function decodeBin(value: unknown): HealthBin | undefined {
  const figures = decodeFigures(value)
  const at = asString(asRecord(value)?.['at'])
  return figures && at !== undefined && !Number.isNaN(Date.parse(at)) ? { ...figures, at } : undefined
}

function decodeCause(value: unknown): CauseFigures | undefined {
  const record = asRecord(value)
  const cause = renewalCauses.find((each) => each === record?.['cause'])
  if (!record || cause === undefined) return undefined
  return {
    cause,
    renewed: countOf(record['renewed']),
    unavailable: countOf(record['unavailable']),
    refused: countOf(record['refused']),
  }
}

export function decodeSessionHealth(value: unknown): SessionHealth | undefined {
  const record = asRecord(value)
  const since = asString(record?.['since'])
  const binMinutes = record?.['binMinutes']
  const total = decodeFigures(record?.['total'])
  const causes = decodeList(record?.['causes'], decodeCause)
  const bins = decodeList(record?.['bins'], decodeBin)
  if (since === undefined || typeof binMinutes !== 'number' || !total || !causes || !bins) return undefined
  return bins.length > limits.healthBins ? undefined : { since, binMinutes, total, causes, bins }
}
