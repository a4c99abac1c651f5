import { describe, expect, it } from 'vitest'
import { SimRandom } from '@helvino/testkit'
import { inTrap } from '../command/in-trap.ts'
import { Capacity } from './capacity.ts'
import { peakPerSecond } from './curve.ts'
import { missesOf } from './herd-figures.ts'
import { runHerd } from './herd-world.ts'
import { ceilings, fleetSize } from './outage.ts'
import { plainStrategies, runPlainFleet } from './plain-fleet.ts'

const withinMs = 240_000
/** Far from what chance does to the highest of a hundred bins. */
const noise = 3.5

describe('a million widgets that lose their server for ten minutes', () => {
  it(
    '[HD1] keep below the ceilings before, in and after the outage, and are back in time',
    { timeout: withinMs },
    async () => {
      const widgets = 4_000
      const report = await inTrap(() => runHerd({ seed: 'HD1', widgets }))
      expect(missesOf(report, fleetSize / widgets, noise)).toEqual([])
      expect(report.waits.length).toBeGreaterThan(2_000)
      expect(report.backAfterMs.visible.length + report.backAfterMs['in use'].length).toBe(widgets / 10)
    },
  )

  it(
    '[HD2] come back as their Retry-After asks where a proxy answers for the server',
    { timeout: withinMs },
    async () => {
      const widgets = 1_000
      const report = await inTrap(() => runHerd({ seed: 'HD2', widgets, hasEdge: true }))
      // Whoever has asked once asks again after two minutes at the earliest: no page is heard five times in ten.
      const asked = report.renewals.slice(12, 72).reduce((sum, perSecond) => sum + perSecond * 10, 0)
      expect(asked / (fleetSize / 10)).toBeLessThan(5)
      const backAfterMs = [...report.backAfterMs.visible, ...report.backAfterMs['in use']]
      expect(Math.max(...backAfterMs)).toBeLessThanOrEqual(305_000)
    },
  )

  it('[HD3] are the same twice from the same seed', { timeout: withinMs }, async () => {
    const [first, second, other] = [
      await inTrap(() => runHerd({ seed: 'a', widgets: 100 })),
      await inTrap(() => runHerd({ seed: 'a', widgets: 100 })),
      await inTrap(() => runHerd({ seed: 'b', widgets: 100 })),
    ]
    expect(second).toEqual(first)
    expect(other.waits).not.toEqual(first.waits)
  })

  it.for(plainStrategies)('[HD4] would bring the server down as a plain loop: $name', (strategy) => {
    const { renewals } = runPlainFleet(strategy, 'HD4', 2_000)
    for (const { fromMs, untilMs, perSecond } of ceilings)
      expect(peakPerSecond(renewals, fromMs, untilMs)).toBeGreaterThan(2 * perSecond)
  })

  it('[HD5] meet a server that serves no more than it can, and nothing while it does nothing but refuse', () => {
    const perSecond = 100
    const served = (offeredPerSecond: number) => {
      const capacity = new Capacity(perSecond, new SimRandom('HD5'))
      const admissions = Array.from({ length: 10 * offeredPerSecond }, (_unused, n) =>
        capacity.admit((n * 1_000) / offeredPerSecond),
      )
      const isCounted = (atMs: number) => atMs > 5_000 && atMs <= 10_000
      return admissions.filter((each) => each.kind === 'served' && isCounted(each.doneAtMs)).length / 5
    }
    expect(served(perSecond / 2)).toBeCloseTo(perSecond / 2, 0)
    expect(served(3 * perSecond)).toBeLessThanOrEqual(perSecond)
    expect(served(3 * perSecond)).toBeGreaterThan(0.8 * perSecond)
    expect(served(25 * perSecond)).toBeLessThan(0.01 * perSecond)
  })
})
