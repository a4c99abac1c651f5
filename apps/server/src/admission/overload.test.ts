import type { Clock } from '@helvino/runtime'
import { describe, expect, it } from 'vitest'
import { createOverload } from './overload.ts'

/** A clock whose timers come as late as the test wants. */
function openLoop() {
  let nowMs = 0
  let timers: { dueMs: number; onDue: () => void }[] = []
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    startTimer(delayMs, onDue) {
      const timer = { dueMs: nowMs + delayMs, onDue }
      timers.push(timer)
      return () => {
        timers = timers.filter((each) => each !== timer)
      }
    },
  }
  const overload = createOverload(clock)
  /** The loop comes round once, so late; so many ask meanwhile, and so many of them are let in. */
  const comeRound = (lateMs: number, asking: number): number => {
    let letIn = 0
    for (let n = 0; n < asking; n += 1) if (overload.take() === 0) letIn += 1
    nowMs += 100 + lateMs
    const due = timers.filter(({ dueMs }) => dueMs <= nowMs)
    timers = timers.filter((each) => !due.includes(each))
    for (const { onDue } of due) onDue()
    return letIn
  }
  return { overload, comeRound, timers: () => timers.length }
}

describe('overload', () => {
  it('[RL6] lets in less of what unknown callers ask, step by step, while the event loop is late, and everybody once it is on time', () => {
    const { comeRound } = openLoop()
    for (let n = 0; n < 20; n += 1) expect(comeRound(5, 100)).toBe(100)
    // 100 in 400 ms are 250 in a second; with the weight of what came before, a little more.
    for (let n = 0; n < 10; n += 1) comeRound(300, 100)
    const first = comeRound(300, 200)
    expect(first).toBeGreaterThan(0)
    expect(first).toBeLessThan(150)
    for (let n = 0; n < 20; n += 1) comeRound(300, 100)
    const later = comeRound(300, 200)
    expect(later).toBeGreaterThan(0)
    expect(later).toBeLessThan(first)
    for (let n = 0; n < 51; n += 1) comeRound(0, 0)
    expect(comeRound(0, 1_000)).toBe(1_000)
  })

  it('[RL7] takes one long pause of the machine for no overload, nor a loop that is late while hardly anybody unknown asks', () => {
    const paused = openLoop()
    for (let n = 0; n < 20; n += 1) paused.comeRound(0, 100)
    paused.comeRound(60_000, 100)
    expect(paused.comeRound(0, 100)).toBe(100)
    const busy = openLoop()
    for (let n = 0; n < 50; n += 1) busy.comeRound(500, 2)
    expect(busy.comeRound(0, 100)).toBe(100)
  })

  it('[RL8] leaves no timer when it is stopped', () => {
    const { overload, comeRound, timers } = openLoop()
    comeRound(0, 1)
    expect(timers()).toBe(1)
    overload.stop()
    expect(timers()).toBe(0)
  })
})
