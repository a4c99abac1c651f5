import { decodeTelemetryReport, limits } from '@helvino/protocol'
import type { TokenEvent } from '@helvino/token/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RenewalReport } from './renewal-report.ts'

const renewed = {
  ...({ type: 'renewed', cause: 'ahead', attempt: 0, expiresAtMs: 0, tookMs: 12.4, waiting: 0 } as const),
  ...{ waitedMs: 0, skewMs: 0, isShared: false, staleServes: 0 },
}
const failed = {
  ...({ type: 'failed', cause: 'use', attempt: 0, reason: 'the text of an error', waiting: 1, tookMs: 9 } as const),
  ...{ isFinal: false, isServed: false, isShared: false },
}
const empty = { renewals: [], waitsMs: [], refusedWrites: 0, staleServes: 0, sharedRenewals: 0, dropped: 0 }

function fold(...events: readonly TokenEvent[]): RenewalReport {
  const report = new RenewalReport()
  for (const event of events) report.hear(event)
  return report
}

const anyMs = fc.oneof(fc.double(), fc.integer())
const anyEvent: fc.Arbitrary<TokenEvent> = fc.oneof(
  fc.record({ ms: anyMs, waitedMs: anyMs, isShared: fc.boolean(), staleServes: fc.nat() }).map(({ ms, ...more }) => ({
    ...renewed,
    ...more,
    tookMs: ms,
  })),
  fc.record({ tookMs: anyMs, isFinal: fc.boolean() }).map((more) => ({ ...failed, ...more })),
  fc.boolean().map((isLate) => ({ type: 'refused', isLate }) as const),
  fc.constant({ type: 'renewing', cause: 'use', attempt: 0, waiting: 0 } as const),
)

describe('the report of renewals', () => {
  it('[RR1] tells each attempt by cause and outcome, the waits, the refusals, and no text', () => {
    const report = fold(
      { ...renewed, waiting: 2, waitedMs: 30.6, staleServes: 3 },
      { ...renewed, isShared: true },
      failed,
      { ...failed, isShared: true },
      { ...failed, isFinal: true },
      { type: 'refused', isLate: false },
      { type: 'refused', isLate: true },
      { type: 'renewing', cause: 'use', attempt: 0, waiting: 1 },
    )
    expect(report.take()).toEqual({
      renewals: [
        { cause: 'ahead', outcome: 'renewed', tookMs: 12 },
        { cause: 'use', outcome: 'unavailable', tookMs: 9 },
        { cause: 'use', outcome: 'refused', tookMs: 9 },
      ],
      waitsMs: [31],
      ...{ refusedWrites: 2, staleServes: 3, sharedRenewals: 1, dropped: 0 },
    })
  })

  it('[RR2] stays within what the server takes, whatever happens, and counts what finds no room', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 120 }), (events) => {
        const report = fold(...events, ...events)
        report.giveBack(fold(...events).take())
        expect(decodeTelemetryReport(JSON.parse(JSON.stringify(report.take())))).toBeDefined()
      }),
    )
    // What a clock that made no sense gives: as JSON it would be null, and cost the whole report.
    expect(fold({ ...renewed, tookMs: NaN, waitedMs: NaN }).take().renewals[0]?.tookMs).toBe(0)
    const many = fold(...Array.from({ length: 53 }, () => renewed)).take()
    expect([many.renewals.length, many.dropped]).toEqual([limits.telemetryEntries, 3])
    const counted = fold({ ...renewed, staleServes: limits.telemetryCount + 1 }).take()
    expect(counted.staleServes).toBe(limits.telemetryCount)
    expect(fold({ ...renewed, tookMs: 1e12 }).take().renewals[0]?.tookMs).toBe(limits.telemetryMs)
  })

  it('[RR3] is empty once it was taken, and takes back what could not be sent', () => {
    const report = fold(renewed, failed)
    const said = report.take()
    expect(report.isEmpty).toBe(true)
    expect(report.take()).toEqual(empty)
    report.hear({ type: 'refused', isLate: false })
    report.giveBack(said)
    expect(report.take()).toEqual({ ...said, refusedWrites: 1 })
  })
})
