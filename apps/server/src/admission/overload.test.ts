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
  const load = { busy: 1 }
  const overload = createOverload(clock, () => load.busy)
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
  return { load, overload, comeRound, timers: () => timers.length }
}

describe('overload', () => {
  it('[RL6] leaves less and less of what there is while the event loop is late, never nothing, and all of it once it is on time', () => {
    const { overload, comeRound } = openLoop()
    for (let n = 0; n < 20; n += 1) expect(comeRound(5, 100)).toBe(100)
    expect(overload.share()).toBe(1)
    for (let n = 0; n < 3; n += 1) comeRound(300, 100)
    expect(overload.share()).toBeCloseTo(0.8)
    for (let n = 0; n < 100; n += 1) comeRound(300, 1_000)
    expect(overload.share()).toBeCloseTo(0.1)
    const letIn = comeRound(300, 1_000)
    expect(letIn).toBeGreaterThan(0)
    expect(letIn).toBeLessThan(100)
    for (let n = 0; n < 200; n += 1) comeRound(0, 0)
    expect(overload.share()).toBe(1)
    expect(comeRound(0, 1_000)).toBe(1_000)
  })

  it('[RL7] takes for no overload one long pause of the machine, nor one that gives no time to a process with nothing to do', () => {
    const paused = openLoop()
    for (let n = 0; n < 20; n += 1) paused.comeRound(0, 100)
    paused.comeRound(60_000, 100)
    expect(paused.comeRound(0, 100)).toBe(100)
    const starved = openLoop()
    starved.load.busy = 0.3
    for (let n = 0; n < 50; n += 1) starved.comeRound(500, 2)
    expect(starved.overload.share()).toBe(1)
    expect(starved.comeRound(0, 100)).toBe(100)
  })

  it('[RL8] leaves no timer when it is stopped', () => {
    const { overload, comeRound, timers } = openLoop()
    comeRound(0, 1)
    expect(timers()).toBe(1)
    overload.stop()
    expect(timers()).toBe(0)
  })
})
