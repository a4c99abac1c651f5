import type { OrgId } from '@helvino/protocol'
import { SimClock } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { createReportBudget, maxReportsPerWindow } from './report-budget.ts'

describe('the budget of reports', () => {
  it("[TE11] is an organisation's own, and whole again after a minute", async () => {
    const clock = new SimClock()
    const take = createReportBudget(clock)
    for (let count = 0; count < maxReportsPerWindow; count++) expect(take('org_a' as OrgId)).toBe(0)
    await clock.advance(20_000)
    expect(take('org_a' as OrgId)).toBe(40)
    expect(take('org_b' as OrgId)).toBe(0)
    await clock.advance(40_000)
    expect(take('org_a' as OrgId)).toBe(0)
  })

  it('[TE11] remembers a bounded number of organisations; the next waits for the next minute', () => {
    const take = createReportBudget(new SimClock())
    const waits = Array.from({ length: 10_001 }, (_unused, index) => take(`org_${String(index)}` as OrgId))
    expect(waits.filter((wait) => wait === 0).length).toBe(10_000)
    expect(waits.at(-1)).toBe(60)
    expect(take('org_5' as OrgId)).toBe(0)
  })
})
