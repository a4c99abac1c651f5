import type { Clock } from '@helvino/runtime'
import { type Bucket, fullBucket, takeOne } from './token-buckets.ts'

/** How often, in ms, it is looked how late the event loop is. */
const lookEveryMs = 100
/** So late, in ms, and without a pause, means more work than there is time for. A loop with room is some ms late; a write to the disk takes up to 50. */
const lateMs = 100
const busyShare = 0.9
/** So often in a row: half a second and more, which is no single pause of the machine. */
const lateLooks = 3
/** What is left of what there was, at each such step. */
const step = 0.8
/** However late the loop is, so much is left. */
const leastShare = 0.1
/** In each look on time there is a little more: in 5 s twice as much. */
const growth = 1.014
/** Of what unknown callers ask so many are let in, in a second, at the least. */
const leastPerSecond = 20

export interface Overload {
  /** Of everything that one organisation may ask so much is left, above 0 and at most 1. */
  share(): number
  /** Asks for something costly of a caller whom nobody knows; gives 0, or the ms to wait. */
  take(): number
  stop(): void
}

/**
 * Keeps the process answering when more comes than it can do: measures how late the event loop is, and while that is too late leaves less and less of
 * the budget of each organisation and of what unknown callers ask, so that whoever asks most is refused first, and whoever asks little feels nothing.
 * `busy`: the share of the time since it was last asked in which the event loop had something to do: a machine that gives no time to a process that
 * has nothing to do is late, too, and no overload.
 */
export function createOverload(clock: Clock, busy: () => number): Overload {
  let lookedAtMs = clock.monotonicMs()
  let late = 0
  let share = 1
  let letIn = 0
  /** Of each second, smoothed over some looks; what it was when everybody was let in last. */
  let usualPerSecond = 0
  const bucket: Bucket = fullBucket()
  let cancel = clock.startTimer(lookEveryMs, look)

  function look(): void {
    const nowMs = clock.monotonicMs()
    const passedMs = Math.max(1, nowMs - lookedAtMs)
    if (share === 1) usualPerSecond += ((letIn * 1_000) / passedMs - usualPerSecond) / 4
    const isLate = busy() > busyShare && passedMs - lookEveryMs > lateMs
    late = isLate ? late + 1 : 0
    letIn = 0
    lookedAtMs = nowMs
    if (late >= lateLooks) {
      // What this does shows only when the loop has come round a few times.
      late = 0
      share = Math.max(leastShare, share * step)
    } else if (!isLate) share = Math.min(1, share * growth)
    cancel = clock.startTimer(lookEveryMs, look)
  }

  return {
    share: () => share,
    take() {
      const perSecond = Math.max(leastPerSecond, usualPerSecond * share)
      const eachMs = share === 1 ? 0 : 1_000 / perSecond
      const waitMs = takeOne(bucket, { eachMs, burstMs: Math.max(eachMs, 1_000) }, clock.monotonicMs())
      if (waitMs === 0) letIn += 1
      return waitMs
    },
    stop() {
      cancel()
    },
  }
}
