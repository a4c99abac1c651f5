import { SimClock } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { Rechecks } from './rechecks.ts'

const counting = () => {
  let asked = 0
  return {
    recheck: async () => {
      asked += 1
    },
    asked: () => asked,
  }
}

describe('rechecks', () => {
  it('[RT33] asks every session at least every 5 s whether it may stay, however many there are', async () => {
    const clock = new SimClock()
    const rechecks = new Rechecks(clock)
    const sessions = Array.from({ length: 1_000 }, counting)
    for (const session of sessions) rechecks.add(session)
    for (let round = 1; round <= 3; round++) {
      await clock.advance(5_000)
      for (const { asked } of sessions) expect(asked()).toBeGreaterThanOrEqual(round)
    }
  })

  it('[RT34] leaves no timer behind when the last session has gone', async () => {
    const clock = new SimClock()
    const rechecks = new Rechecks(clock)
    const [one, two] = [counting(), counting()]
    rechecks.add(one)
    rechecks.add(two)
    await clock.advance(60_000)
    rechecks.remove(one)
    expect(clock.pendingTimers).toBe(1)
    rechecks.remove(two)
    expect(clock.pendingTimers).toBe(0)
  })
})
