import type { Network } from '@helvino/runtime'
import { SimBrowser } from '@helvino/testkit'
import { TokenRenewer } from '@helvino/token/core'
import { describe, expect, it } from 'vitest'
import { reportRenewals } from './report-renewals.ts'

const minuteMs = 60_000

function rig({ lifeMs = 300_000 } = {}) {
  const browser = new SimBrowser({ server: { respond: () => ({ status: 202 }) } })
  const tab = browser.openTab()
  const { clock, random, life, network } = tab.runtime
  let calls = 0
  const renewer = new TokenRenewer({
    ...{ clock, random },
    fetchToken: () => {
      calls += 1
      const issuerNowMs = browser.timeline.nowMs
      return Promise.resolve({ kind: 'issued', token: `t${calls}`, issuerNowMs, expiresAtMs: issuerNowMs + lifeMs })
    },
  })
  const keptAlive: boolean[] = []
  const start = () => {
    const request: Network['request'] = (sending, signal) => {
      keptAlive.push(sending.keepalive ?? false)
      return network.request(sending, signal)
    }
    reportRenewals({ clock, random, life, request, renewer, apiUrl: 'https://chat.example', early: [] })
  }
  const sent = () => tab.network.log.filter(({ url }) => url === 'https://chat.example/api/telemetry')
  const renewalsIn = (index: number) => (JSON.parse(sent()[index]?.body ?? '{}') as { renewals: unknown[] }).renewals
  return { timeline: browser.timeline, tab, renewer, start, sent, renewalsIn, keptAlive, calls: () => calls }
}

describe('reporting renewals', () => {
  it('[RR4] says about once a minute what there is to say, with the token at hand', async () => {
    const { timeline, renewer, start, sent, renewalsIn } = rig({ lifeMs: 20_000 })
    start()
    renewer.hold()
    await timeline.advance(10 * minuteMs)
    // A minute whose end finds the token about to be renewed is told of with the next one.
    expect(sent().length).toBeGreaterThanOrEqual(5)
    expect(sent().length).toBeLessThanOrEqual(13)
    expect(renewalsIn(0).length).toBeGreaterThanOrEqual(2)
    for (const { headers } of sent()) expect(headers['x-org-token']).toMatch(/^t\d+$/)
  })

  it('[RR4] says it 45 to 75 s after it happened, so that pages that began together do not report together', async () => {
    const { timeline, renewer, start, sent } = rig({ lifeMs: 3_600_000 })
    start()
    await renewer.ensureValidToken()
    await timeline.advance(2 * minuteMs)
    const delaysMs = new Set<number>()
    for (let round = 0; round < 8; round++) {
      const happenedAtMs = timeline.nowMs
      renewer.reportRefused('an older one')
      await timeline.advance(2 * minuteMs)
      delaysMs.add((sent().at(-1)?.atMs ?? 0) - happenedAtMs)
    }
    expect(delaysMs.size).toBeGreaterThan(4)
    expect(Math.min(...delaysMs)).toBeGreaterThanOrEqual(45_000)
    expect(Math.max(...delaysMs)).toBeLessThanOrEqual(75_001)
  })

  it('[RR4] says nothing, and keeps no timer, where there is nothing to say', async () => {
    const { timeline, tab, renewer, start, sent } = rig()
    await renewer.ensureValidToken()
    const before = tab.clock.pendingTimers
    start()
    expect(tab.clock.pendingTimers).toBe(before)
    tab.life.emit('hidden')
    await timeline.advance(3 * minuteMs)
    expect(sent()).toEqual([])
  })

  it('[RR5] waits for no token and asks for none', async () => {
    for (const lifeMs of [5_000, 10_000, 60_000]) {
      const { timeline, tab, renewer, start, sent, calls } = rig({ lifeMs })
      start()
      await renewer.ensureValidToken()
      renewer.reportRefused('an older one')
      // Past the earliest moment at which a use of the token would renew it.
      await timeline.advance(lifeMs * 0.7)
      for (let minute = 0; minute < 10; minute++) {
        tab.life.emit('hidden')
        await timeline.advance(minuteMs)
      }
      expect(calls()).toBe(1)
      expect(sent()).toEqual([])
      await renewer.ensureValidToken()
      tab.life.emit('leaving')
      expect(sent().length).toBe(1)
    }
  })

  it.each(['hidden', 'leaving'] as const)(
    '[RR6] says the rest when the page is %s, in a request that outlives it',
    async (event) => {
      const { tab, renewer, start, sent, renewalsIn, keptAlive } = rig()
      start()
      await renewer.ensureValidToken()
      tab.life.emit(event)
      expect(renewalsIn(0)).toEqual([{ cause: 'first', outcome: 'renewed', tookMs: 0 }])
      expect(keptAlive).toEqual([true])
      tab.life.emit('leaving')
      expect(sent().length).toBe(1)
    },
  )

  it.each(['is refused', 'gets no answer', 'hangs'])(
    '[RR7] a report that %s is tried once, and goes with the next one',
    async (what) => {
      const { timeline, tab, renewer, start, sent, renewalsIn } = rig()
      start()
      renewer.hold()
      if (what === 'is refused') tab.network.answerNext({ status: 429 })
      if (what === 'gets no answer') tab.network.dropNext()
      if (what === 'hangs') tab.network.blackHoleNext()
      await timeline.advance(75_000)
      expect(sent().length).toBe(1)
      await timeline.advance(85_000)
      expect(sent().length).toBe(2)
      expect(renewalsIn(1)).toEqual(renewalsIn(0))
    },
  )

  it('[RR8] ends with the renewer and leaves nothing behind', async () => {
    const { timeline, tab, renewer, start, sent } = rig()
    start()
    await renewer.ensureValidToken()
    renewer.dispose()
    await timeline.advance(5 * minuteMs)
    tab.life.emit('leaving')
    expect(sent()).toEqual([])
    expect(tab.life.listenerCount).toBe(0)
    expect(tab.clock.pendingTimers).toBe(0)
  })
})
