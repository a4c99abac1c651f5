import type { Clock } from '@helvino/runtime'
import type { SimClock } from '@helvino/testkit'
import type { Violations } from './violations.ts'

// A timer of 0 ms may follow another now and then; a hundred at one moment are a loop that never lets time pass.
const mostAtOnce = 100

/** One tab's clock, watched for timers that spin (I6). */
export function watchClock(clock: SimClock, name: string, violations: Violations): Clock {
  let atMs = -1
  let startedAtOnce = 0
  return {
    nowMs: () => clock.nowMs(),
    monotonicMs: () => clock.monotonicMs(),
    startTimer(delayMs, onDue) {
      // One that lets time pass is no part of a loop: a tab that thaws hears much at one moment, and reads its outbox each time.
      if (delayMs > 0) return clock.startTimer(delayMs, onDue)
      const { elapsedMs } = clock.timeline
      startedAtOnce = elapsedMs === atMs ? startedAtOnce + 1 : 1
      atMs = elapsedMs
      if (startedAtOnce > mostAtOnce) {
        violations.add('I6', `${name} spins: timer number ${startedAtOnce} at one moment`)
        return () => undefined
      }
      return clock.startTimer(delayMs, onDue)
    },
  }
}
