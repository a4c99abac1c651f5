import { describe, expect, it } from 'vitest'
import { SimClock } from './sim-clock.ts'
import { SimTimeline } from './sim-timeline.ts'

const hourMs = 3_600_000

describe('SimClock', () => {
  it('[KIT6] runs a timer once, at its moment, and counts those that are left', async () => {
    const clock = new SimClock()
    const ranAtMs: number[] = []
    clock.startTimer(99.5, () => ranAtMs.push(clock.monotonicMs()))
    const cancel = clock.startTimer(50, () => ranAtMs.push(-1))
    expect(clock.pendingTimers).toBe(2)
    cancel()
    await clock.advance(99)
    expect(ranAtMs).toEqual([])
    await clock.advance(1_000)
    expect(ranAtMs).toEqual([100])
    expect(clock.pendingTimers).toBe(0)
  })

  it('[KIT7] steps one wall clock and leaves timers, the monotonic clock and other tabs alone', async () => {
    const timeline = new SimTimeline()
    const [own, other] = [new SimClock(timeline), new SimClock(timeline)]
    const beforeMs = own.nowMs()
    let hasRun = false
    own.startTimer(100, () => (hasRun = true))
    own.stepWallClock(-6 * hourMs)
    expect(own.nowMs()).toBe(beforeMs - 6 * hourMs)
    expect(other.nowMs()).toBe(beforeMs)
    expect(own.monotonicMs()).toBe(0)
    await timeline.advance(99)
    expect(hasRun).toBe(false)
    await timeline.advance(1)
    expect(hasRun).toBe(true)
  })

  it('[KIT8] with a monotonic clock that ticks, sleep makes timers late and due on waking', async () => {
    const clock = new SimClock()
    const startMs = clock.nowMs()
    const ranAtMs: number[] = []
    clock.startTimer(60_000, () => ranAtMs.push(clock.nowMs() - startMs))
    await clock.sleepMachine(8 * hourMs, { monotonicTicks: true })
    expect(ranAtMs).toEqual([8 * hourMs])
    expect(clock.monotonicMs()).toBe(8 * hourMs)
  })

  it('[KIT9] with a monotonic clock that halts, a timer still has its rest to wait after sleep', async () => {
    const clock = new SimClock()
    const startMs = clock.nowMs()
    let hasRun = false
    clock.startTimer(60_000, () => (hasRun = true))
    await clock.advance(20_000)
    await clock.sleepMachine(8 * hourMs, { monotonicTicks: false })
    expect(clock.monotonicMs()).toBe(20_000)
    expect(clock.nowMs() - startMs).toBe(20_000 + 8 * hourMs)
    await clock.advance(39_999)
    expect(hasRun).toBe(false)
    await clock.advance(1)
    expect(hasRun).toBe(true)
    expect(clock.monotonicMs()).toBe(60_000)
  })

  it('[KIT10] a frozen tab runs nothing until it thaws, then what was due, in order of time; other tabs go on', async () => {
    const timeline = new SimTimeline('any')
    const [frozen, other] = [new SimClock(timeline), new SimClock(timeline)]
    const ran: string[] = []
    frozen.startTimer(20, () => ran.push('frozen 20'))
    const cancel = frozen.startTimer(15, () => ran.push('cancelled'))
    frozen.startTimer(10, () => ran.push('frozen 10'))
    other.startTimer(30, () => ran.push('other 30'))
    frozen.freezeTimers()
    await timeline.advance(1_000)
    expect(ran).toEqual(['other 30'])
    cancel()
    frozen.thawTimers()
    await timeline.advance(0)
    expect(ran).toEqual(['other 30', 'frozen 10', 'frozen 20'])
  })

  it('[KIT11] runs timers that one tab started together with the same delay in that order, under any seed', async () => {
    for (const seed of [1, 2, 3, 4]) {
      const clock = new SimClock(new SimTimeline(seed))
      const ran: number[] = []
      for (let name = 0; name < 5; name++) clock.startTimer(10, () => ran.push(name))
      await clock.advance(10)
      expect(ran).toEqual([0, 1, 2, 3, 4])
    }
  })

  it('[KIT28] a throttled tab runs timers at whole multiples only, and those that wait are due when it ends', async () => {
    const clock = new SimClock()
    const ranAtMs: number[] = []
    const startTimer = (delayMs: number) => clock.startTimer(delayMs, () => ranAtMs.push(clock.monotonicMs()))
    startTimer(10_000)
    clock.throttleTimers(60_000)
    startTimer(60_001)
    await clock.advance(70_000)
    expect(ranAtMs).toEqual([60_000])
    clock.unthrottleTimers()
    await clock.advance(0)
    expect(ranAtMs).toEqual([60_000, 70_000])
    startTimer(5)
    await clock.advance(5)
    expect(ranAtMs).toEqual([60_000, 70_000, 70_005])
  })
})
