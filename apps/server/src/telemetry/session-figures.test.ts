import { decodeSessionHealth, limits, type OrgId, type TelemetryReport } from '@helvino/protocol'
import { SimClock } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { maxFiguredOrgs, mostFigureBytes, SessionFigures } from './session-figures.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const orgId = 'org_a' as OrgId
const none: TelemetryReport = {
  ...{ renewals: [], waitsMs: [], refusedWrites: 0, staleServes: 0, sharedRenewals: 0, dropped: 0 },
}
const renewed = (tookMs: number) => ({ cause: 'ahead', outcome: 'renewed', tookMs }) as const

describe('the figures of renewals', () => {
  it('[TE3] are summed by outcome, cause, time and wait, as the pages reported them', () => {
    const figures = new SessionFigures(new SimClock())
    figures.addReport(orgId, {
      renewals: [renewed(40), renewed(40), { cause: 'use', outcome: 'unavailable', tookMs: 10_000 }],
      waitsMs: [20, 100, 101, 4_000],
      ...{ refusedWrites: 2, staleServes: 3, sharedRenewals: 4, dropped: 5 },
    })
    figures.addReport(orgId, { ...none, renewals: [{ cause: 'refused', outcome: 'refused', tookMs: 9 }] })
    figures.count(orgId, 'serverRefusedExpired')
    const { total, causes } = figures.read(orgId, 60)
    expect(total).toMatchObject({
      ...{ renewed: 2, unavailable: 1, refused: 1, waits: 4, waitsFelt: 2, reports: 2, serverRefusedExpired: 1 },
      ...{ refusedWrites: 2, staleServes: 3, sharedRenewals: 4, dropped: 5 },
    })
    expect(total.p50Ms).toBeGreaterThan(35)
    expect(total.p95Ms).toBeLessThanOrEqual(50)
    expect(causes.find(({ cause }) => cause === 'ahead')).toMatchObject({ renewed: 2, unavailable: 0 })
    expect(causes.find(({ cause }) => cause === 'use')).toMatchObject({ renewed: 0, unavailable: 1 })
  })

  it.each([1, 59, 60, 119, 120, 360, 1_439, 1_440])(
    '[TE4] of %d minutes come in at most 120 bins without a gap, and the bins add up to the whole',
    async (minutes) => {
      const clock = new SimClock()
      await clock.advance(17 * minuteMs)
      const figures = new SessionFigures(clock)
      for (let minute = 0; minute < limits.healthMinutes; minute++) {
        figures.addReport(orgId, { ...none, renewals: [renewed(1)] })
        if (minute < limits.healthMinutes - 1) await clock.advance(minuteMs)
      }
      const health = figures.read(orgId, minutes)
      expect(health.bins.length).toBeLessThanOrEqual(limits.healthBins)
      expect(health.bins.reduce((sum, bin) => sum + bin.renewed, 0)).toBe(minutes)
      expect(health.total.renewed).toBe(minutes)
      const starts = health.bins.map(({ at }) => Date.parse(at))
      for (const [index, start] of starts.entries())
        expect(start - (starts[0] ?? 0)).toBe(index * health.binMinutes * minuteMs)
      expect(clock.nowMs() - (starts.at(-1) ?? 0)).toBeLessThan(health.binMinutes * minuteMs)
      expect(decodeSessionHealth(JSON.parse(JSON.stringify(health)))).toEqual(health)
    },
  )

  it('[TE5] of an hour that is over for a day are gone, and its memory is used again from zero', async () => {
    const clock = new SimClock()
    const figures = new SessionFigures(clock)
    for (let hour = 0; hour < 60; hour++) {
      figures.addReport(orgId, { ...none, refusedWrites: 7 })
      await clock.advance(hourMs)
    }
    expect(figures.read(orgId, limits.healthMinutes).total.refusedWrites).toBe(24 * 7 - 7)
    await clock.advance(limits.healthMinutes * minuteMs)
    expect(figures.read(orgId, limits.healthMinutes).total.refusedWrites).toBe(0)
  })

  it('[TE6] take no more than 20 MB, however many organisations report however often', async () => {
    const clock = new SimClock()
    const forgotten: OrgId[] = []
    const figures = new SessionFigures(clock, (id) => forgotten.push(id))
    for (let hour = 0; hour < 50; hour++) {
      for (let org = 0; org < maxFiguredOrgs + 20; org++) figures.addReport(`org_${String(org)}` as OrgId, none)
      await clock.advance(hourMs)
    }
    expect(mostFigureBytes).toBeLessThanOrEqual(20_000_000)
    expect(figures.bytes).toBeLessThanOrEqual(mostFigureBytes)
    expect(forgotten.length).toBeGreaterThan(20)
  })

  it('[TE6] of the organisation that was heard of longest ago fall out first', () => {
    const forgotten: OrgId[] = []
    const figures = new SessionFigures(new SimClock(), (id) => forgotten.push(id))
    const orgs = Array.from({ length: maxFiguredOrgs }, (_unused, index) => `org_${String(index)}` as OrgId)
    for (const org of orgs) figures.addReport(org, none)
    figures.count('org_0' as OrgId, 'bootloaderAnswered')
    figures.read('org_1' as OrgId, 60)
    figures.addReport('org_new' as OrgId, none)
    expect(forgotten).toEqual(['org_1'])
    expect(figures.read('org_1' as OrgId, 60).total.reports).toBe(0)
    expect(figures.read('org_0' as OrgId, 60).total.reports).toBe(1)
  })

  it('[TE6] that are full stay full instead of beginning anew', () => {
    const figures = new SessionFigures(new SimClock())
    for (let count = 0; count < 10; count++) figures.addReport(orgId, { ...none, dropped: limits.telemetryCount })
    expect(figures.read(orgId, 1).total.dropped).toBe(65_535)
  })

  it('[TE3] survive a wall clock that is set back and forth', async () => {
    const clock = new SimClock()
    const figures = new SessionFigures(clock)
    for (const stepMs of [-3 * hourMs, 5 * hourMs, -2 * hourMs]) {
      figures.addReport(orgId, { ...none, renewals: [renewed(1)] })
      clock.stepWallClock(stepMs)
      await clock.advance(minuteMs)
    }
    expect(figures.read(orgId, limits.healthMinutes).total.renewed).toBeGreaterThanOrEqual(2)
  })
})
