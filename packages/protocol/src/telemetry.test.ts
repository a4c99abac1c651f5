import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeSessionHealth, decodeTelemetryReport, limits, renewalCauses, renewalOutcomes } from './index.ts'

const arbitraryReport = fc.record({
  renewals: fc.array(
    fc.record({
      cause: fc.constantFrom(...renewalCauses),
      outcome: fc.constantFrom(...renewalOutcomes),
      tookMs: fc.nat(limits.telemetryMs),
    }),
    { maxLength: limits.telemetryEntries },
  ),
  waitsMs: fc.array(fc.nat(limits.telemetryMs), { maxLength: limits.telemetryEntries }),
  refusedWrites: fc.nat(limits.telemetryCount),
  staleServes: fc.nat(limits.telemetryCount),
  sharedRenewals: fc.nat(limits.telemetryCount),
  dropped: fc.nat(limits.telemetryCount),
})

const report = { renewals: [], waitsMs: [], refusedWrites: 0, staleServes: 0, sharedRenewals: 0, dropped: 0 }
const renewal = { cause: 'use', outcome: 'renewed', tookMs: 1 }

describe('a telemetry report', () => {
  it('[TE1] is understood as it was written, unknown fields left aside', () => {
    fc.assert(
      fc.property(arbitraryReport, (written) => {
        const wire: unknown = JSON.parse(JSON.stringify({ ...written, later: 'a field' }))
        expect(decodeTelemetryReport(wire)).toEqual(written)
      }),
    )
  })

  it('[TE1] never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        decodeTelemetryReport(anything)
        decodeTelemetryReport({ ...report, renewals: [anything] })
        decodeTelemetryReport({ ...report, waitsMs: anything })
        decodeSessionHealth(anything)
      }),
    )
  })

  it.each([
    ['no field', { ...report, dropped: undefined }],
    ['a negative count', { ...report, refusedWrites: -1 }],
    ['half a count', { ...report, staleServes: 0.5 }],
    ['a count beyond the limit', { ...report, sharedRenewals: limits.telemetryCount + 1 }],
    ['a count as text', { ...report, dropped: '1' }],
    ['a wait beyond the limit', { ...report, waitsMs: [limits.telemetryMs + 1] }],
    ['too many waits', { ...report, waitsMs: Array<number>(limits.telemetryEntries + 1).fill(1) }],
    ['too many renewals', { ...report, renewals: Array(limits.telemetryEntries + 1).fill(renewal) }],
    ['an unknown cause', { ...report, renewals: [renewal, { ...renewal, cause: 'else' }] }],
    ['an unknown outcome', { ...report, renewals: [{ ...renewal, outcome: 'constructor' }] }],
    ['a time that is none', { ...report, renewals: [{ ...renewal, tookMs: null }] }],
  ])('[TE2] is refused whole for %s', (_why, wire) => {
    expect(decodeTelemetryReport(report)).toEqual(report)
    expect(decodeTelemetryReport(wire)).toBeUndefined()
  })

  it('[TE2] fits its limit of bytes even where it is the largest', () => {
    const largest = {
      renewals: Array(limits.telemetryEntries).fill({ cause: 'refused', outcome: 'unavailable', tookMs: 3_600_000 }),
      waitsMs: Array(limits.telemetryEntries).fill(3_600_000),
      refusedWrites: limits.telemetryCount,
      staleServes: limits.telemetryCount,
      sharedRenewals: limits.telemetryCount,
      dropped: limits.telemetryCount,
    }
    expect(decodeTelemetryReport(largest)).toEqual(largest)
    expect(JSON.stringify(largest).length).toBeLessThan(limits.telemetryBytes)
  })
})
