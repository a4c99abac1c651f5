import { SimBrowser } from '@helvino/testkit'
import { TokenRenewer } from '@helvino/token/core'
import { describe, expect, it } from 'vitest'
import { Attendance } from './attendance.ts'

const hourMs = 3_600_000

function rig({ isHidden = false, isAnswerAwaited = false } = {}) {
  const browser = new SimBrowser({ server: { respond: () => ({ status: 500 }) } })
  const tab = browser.openTab()
  if (isHidden) tab.life.emit('hidden')
  const { clock, random, life } = tab.runtime
  let calls = 0
  const renewer = new TokenRenewer({
    ...{ clock, random },
    fetchToken: () => {
      calls += 1
      const issuerNowMs = browser.timeline.nowMs
      return Promise.resolve({ kind: 'issued', token: `t${calls}`, issuerNowMs, expiresAtMs: issuerNowMs + 300_000 })
    },
  })
  const changes: string[] = []
  const attendance = new Attendance({
    ...{ clock, life, renewer },
    isAnswerAwaited: () => isAnswerAwaited,
    onAwake: () => changes.push('awake'),
    onAtRest: () => changes.push('at rest'),
  })
  life.subscribe((event) => {
    attendance.hear(event)
  })
  return { timeline: browser.timeline, tab, attendance, changes, calls: () => calls }
}

describe('attendance', () => {
  it('[AT1] keeps the token fresh while the page is seen, about once in four and a half minutes (S09)', async () => {
    const { timeline, attendance, calls } = rig()
    await timeline.advance(hourMs)
    expect(calls()).toBe(0)
    attendance.start()
    await timeline.advance(hourMs)
    expect(calls()).toBeGreaterThanOrEqual(13)
    expect(calls()).toBeLessThanOrEqual(16)
  })

  it('[AT2] falls asleep ten minutes after it was hidden or heard a message, thirty while an answer is awaited', async () => {
    const { timeline, tab, attendance, changes } = rig()
    attendance.start()
    tab.life.emit('hidden')
    await timeline.advance(9 * 60_000)
    attendance.noteMessage()
    await timeline.advance(9 * 60_000)
    expect(attendance.isAwake).toBe(true)
    await timeline.advance(60_001)
    expect(attendance.isAwake).toBe(false)
    expect(changes).toEqual(['awake', 'at rest'])
    const patient = rig({ isAnswerAwaited: true })
    patient.attendance.start()
    patient.tab.life.emit('hidden')
    await patient.timeline.advance(29 * 60_000)
    expect(patient.attendance.isAwake).toBe(true)
    await patient.timeline.advance(60_001)
    expect(patient.attendance.isAwake).toBe(false)
  })

  it('[AT3] asks for nothing while it sleeps, also where it began hidden or resumed from a freeze hidden', async () => {
    const { timeline, tab, attendance, calls } = rig({ isHidden: true })
    attendance.start()
    await timeline.advance(hourMs)
    const before = calls()
    tab.life.emit('returned')
    await timeline.advance(hourMs)
    expect(calls()).toBe(before)
    expect(attendance.isAwake).toBe(false)
  })

  it('[AT4] wakes when it is seen, and rests at once when the page is left, with everything that goes on for it', async () => {
    const { timeline, tab, attendance, changes } = rig()
    attendance.start()
    const { signal } = attendance
    tab.life.emit('leaving')
    expect([signal.aborted, attendance.isAwake]).toEqual([true, false])
    tab.life.emit('returned')
    expect([attendance.signal.aborted, attendance.isAwake]).toEqual([false, true])
    expect(changes).toEqual(['awake', 'at rest', 'awake'])
    attendance.stop()
    tab.life.emit('visible')
    await timeline.advance(hourMs)
    expect(attendance.isAwake).toBe(false)
  })
})
