import { limits } from './limits.ts'
import { asRecord, decodeList } from './record.ts'

/** Why a renewal was started, as the token engine names it. */
export const renewalCauses = ['first', 'use', 'ahead', 'refused', 'manual'] as const
export type ReportedCause = (typeof renewalCauses)[number]

/** What a renewal came to: a token, no answer that helps, or a final no. */
export const renewalOutcomes = ['renewed', 'unavailable', 'refused'] as const
export type RenewalOutcome = (typeof renewalOutcomes)[number]

/** One attempt at a new token. */
export interface ReportedRenewal {
  readonly cause: ReportedCause
  readonly outcome: RenewalOutcome
  readonly tookMs: number
}

/** What one page has seen since its last report: numbers only, no text and no ids of people. Body of `POST /api/telemetry`. */
export interface TelemetryReport {
  readonly renewals: readonly ReportedRenewal[]
  /** How long calls waited for a token, in ms; those that did not wait are not named. */
  readonly waitsMs: readonly number[]
  /** Requests that a server refused because of their token. */
  readonly refusedWrites: number
  /** Tokens given that were due for renewal and still valid. */
  readonly staleServes: number
  /** Renewals that another tab made for this page. */
  readonly sharedRenewals: number
  /** What the page could not keep, for want of room. */
  readonly dropped: number
}

const isWithin = (value: unknown, most: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most

function decodeRenewal(value: unknown): ReportedRenewal | undefined {
  const record = asRecord(value)
  const cause = renewalCauses.find((each) => each === record?.['cause'])
  const outcome = renewalOutcomes.find((each) => each === record?.['outcome'])
  const tookMs = record?.['tookMs']
  if (cause === undefined || outcome === undefined || !isWithin(tookMs, limits.telemetryMs)) return undefined
  return { cause, outcome, tookMs }
}

const decodeMs = (value: unknown): number | undefined => (isWithin(value, limits.telemetryMs) ? value : undefined)

function decodeEntries<Item>(value: unknown, decode: (item: unknown) => Item | undefined): Item[] | undefined {
  // The length first: a list that is too long is refused without a look at what it holds.
  return Array.isArray(value) && value.length <= limits.telemetryEntries ? decodeList(value, decode) : undefined
}

/** Strict: a report that is not wholly within its limits is no report. */
export function decodeTelemetryReport(value: unknown): TelemetryReport | undefined {
  const record = asRecord(value)
  const renewals = decodeEntries(record?.['renewals'], decodeRenewal)
  const waitsMs = decodeEntries(record?.['waitsMs'], decodeMs)
  if (!record || !renewals || !waitsMs) return undefined
  const { refusedWrites, staleServes, sharedRenewals, dropped } = record
  if (!isCount(refusedWrites) || !isCount(staleServes) || !isCount(sharedRenewals) || !isCount(dropped))
    return undefined
  return { renewals, waitsMs, refusedWrites, staleServes, sharedRenewals, dropped }
}

const isCount = (value: unknown): value is number => isWithin(value, limits.telemetryCount)
