import type { DeliveryHealth } from '@helvino/client'
import { SimClock } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { type ConnectionStatus, watchConnectionStatus } from './connection-status.ts'

const calm: DeliveryHealth = { isWaitingForToken: false, isFailing: false }
const waiting = { ...calm, isWaitingForToken: true }
const failing = { ...calm, isFailing: true }
const waitingInVain = { isWaitingForToken: true, isFailing: true }

/** A banner under watch: `shown` lists every change with its moment. */
function banner(errorClearMs = 3_000) {
  const clock = new SimClock()
  const shown: [number, ConnectionStatus][] = []
  let tell: (delivery: DeliveryHealth) => void = () => undefined
  let isSubscribed = true
  const stop = watchConnectionStatus({
    clock,
    errorClearMs,
    subscribe(listener) {
      tell = listener
      return () => {
        isSubscribed = false
      }
    },
    onStatus: (status) => shown.push([clock.monotonicMs(), status]),
  })
  return { clock, shown, stop, tell: (delivery: DeliveryHealth) => tell(delivery), isSubscribed: () => isSubscribed }
}

describe('the blue banner', () => {
  it('[WB1] comes at the first moment in which a write waits for a token, and stays as long as it waits', async () => {
    const { clock, shown, tell } = banner()
    tell(waiting)
    await clock.advance(5_000)
    tell(calm)
    await clock.advance(5_000)
    expect(shown).toEqual([
      [0, 'refreshing'],
      [5_000, null],
    ])
  })

  it('[WB2] stays at least 400 ms', async () => {
    const { clock, shown, tell } = banner()
    tell(waiting)
    await clock.advance(30)
    tell(calm)
    await clock.advance(5_000)
    expect(shown).toEqual([
      [0, 'refreshing'],
      [400, null],
    ])
  })

  it('[WB3] a second wait within those 400 ms is the same banner, and counts anew', async () => {
    const { clock, shown, tell } = banner()
    tell(waiting)
    await clock.advance(100)
    tell(calm)
    await clock.advance(100)
    tell(waiting)
    await clock.advance(50)
    tell(calm)
    await clock.advance(5_000)
    expect(shown).toEqual([
      [0, 'refreshing'],
      [600, null],
    ])
  })

  it('[WB4] nothing shows where nobody waits', async () => {
    const { clock, shown, tell } = banner()
    tell(calm)
    await clock.advance(5_000)
    expect(shown).toEqual([])
  })

  it('[WB5] a wait that begins during an outage does not show it, nor does its end', async () => {
    const { clock, shown, tell } = banner()
    tell(failing)
    await clock.advance(4_000)
    tell(waitingInVain)
    await clock.advance(1_000)
    tell(waiting)
    tell(calm)
    await clock.advance(1_000)
    expect(shown).toEqual([
      [0, 'error'],
      [3_000, null],
    ])
  })
})

describe('the red banner', () => {
  it('[WB6] comes when sending begins to fail, and clears itself after the time set', async () => {
    for (const errorClearMs of [2_000, 3_000, 5_000]) {
      const { clock, shown, tell } = banner(errorClearMs)
      tell(failing)
      await clock.advance(60_000)
      expect(shown).toEqual([
        [0, 'error'],
        [errorClearMs, null],
      ])
    }
  })

  it('[WB7] does not come again in the same outage, and does in the next', async () => {
    const { clock, shown, tell } = banner()
    tell(failing)
    await clock.advance(4_000)
    tell(waitingInVain)
    tell(failing)
    await clock.advance(6_000)
    tell(calm)
    await clock.advance(1_000)
    tell(failing)
    await clock.advance(6_000)
    expect(shown).toEqual([
      [0, 'error'],
      [3_000, null],
      [11_000, 'error'],
      [14_000, null],
    ])
  })

  it('[WB8] goes at once when nothing is retried any more', async () => {
    const { clock, shown, tell } = banner()
    tell(failing)
    await clock.advance(1_000)
    tell(calm)
    await clock.advance(5_000)
    expect(shown).toEqual([
      [0, 'error'],
      [1_000, null],
    ])
  })

  it('[WB9] follows a blue one that has stood its 400 ms, and not before', async () => {
    const { clock, shown, tell } = banner()
    tell(waiting)
    await clock.advance(100)
    tell(waitingInVain)
    await clock.advance(9_000)
    expect(shown).toEqual([
      [0, 'refreshing'],
      [400, 'error'],
      [3_400, null],
    ])
  })

  it('[WB10] never comes for an outage that is over before the blue banner is', async () => {
    const { clock, shown, tell } = banner()
    tell(waiting)
    await clock.advance(100)
    tell(waitingInVain)
    await clock.advance(100)
    tell(calm)
    await clock.advance(9_000)
    expect(shown).toEqual([
      [0, 'refreshing'],
      [400, null],
    ])
  })
})

describe('the watch', () => {
  it('[WB11] leaves no timer and no subscription behind', async () => {
    const { clock, shown, tell, stop, isSubscribed } = banner()
    tell(failing)
    stop()
    expect(clock.pendingTimers).toBe(0)
    expect(isSubscribed()).toBe(false)
    await clock.advance(10_000)
    expect(shown).toEqual([[0, 'error']])
  })

  it('[WB12] has no timer while nothing is about to change', async () => {
    const { clock, tell } = banner()
    tell(failing)
    await clock.advance(3_000)
    expect(clock.pendingTimers).toBe(0)
  })
})
