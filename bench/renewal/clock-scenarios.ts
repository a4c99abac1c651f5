import { demand, type Outcome, type Scenario, type ScenarioGroup } from './scenario.ts'
import type { Stage } from './stage.ts'
import type { MonotonicInSleep } from './virtual-browser.ts'

const tenMinutesMs = 600_000
const oneHourMs = 3_600_000
/** For what is still under way after the last request. */
const settleMs = 10_000
const shows = 'refreshes / failed / 401s'

function count(stage: Stage): Outcome {
  const all = stage.since(0)
  return { refreshes: stage.server.tokenCallsAtMs.length, failed: all.failed + all.hung, refused: all.refused }
}

/**
 * 600 requests, one per second. A wall clock that is set forward is so at 300 s, where a token may just have been renewed; one that is set
 * back at 100 s, so that the expiry of the token in hand is missed within the run.
 */
function awake(name: string, offMs: number, stepMs: number): Scenario {
  const stepAfterSeconds = stepMs < 0 ? 100 : 300
  return {
    name,
    shows,
    wallClockOffMs: offMs,
    async run(stage) {
      await stage.everySecond(stepAfterSeconds)
      stage.browser.clock.stepWallClock(stepMs)
      await stage.everySecond(600 - stepAfterSeconds)
      await stage.pass(settleMs)
      return count(stage)
    },
    // A step forward cannot be told from sleep, and costs one renewal.
    missed: demand({ refreshes: stepMs > 0 ? 3 : 2, failed: 0, refused: 0 }),
  }
}

/** 300 requests, an hour of sleep at whose end the wall clock is set by `stepMs`, 300 requests. */
function asleep(name: string, offMs: number, stepMs: number, monotonic: MonotonicInSleep): Scenario {
  return {
    name: `${name}, ${monotonic}`,
    shows,
    wallClockOffMs: offMs,
    async run(stage) {
      await stage.everySecond(300)
      await stage.sleep(oneHourMs, monotonic, () => {
        stage.browser.clock.stepWallClock(stepMs)
      })
      await stage.everySecond(300)
      await stage.pass(settleMs)
      return count(stage)
    },
    // One before the sleep, one on waking, one after it; a step at the end of the sleep is part of it.
    missed: demand({ refreshes: 3, failed: 0, refused: 0 }),
  }
}

const faults: readonly (readonly [name: string, offMs: number, stepMs: number])[] = [
  ['right', 0, 0],
  ['+10 min', tenMinutesMs, 0],
  ['-10 min', -tenMinutesMs, 0],
  ['stepped +10', 0, tenMinutesMs],
  ['stepped -10', 0, -tenMinutesMs],
]

export const clockGroups: readonly ScenarioGroup[] = [
  { name: 'wall clock, 10 min, 600 requests', scenarios: faults.map((fault) => awake(...fault)) },
  {
    name: 'wall clock and 1 h of sleep, monotonic ticks in sleep',
    scenarios: faults.map((fault) => asleep(...fault, 'ticks')),
  },
  {
    name: 'wall clock and 1 h of sleep, monotonic halts in sleep',
    scenarios: faults.map((fault) => asleep(...fault, 'halts')),
  },
]
