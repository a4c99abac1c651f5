import type { Clock } from '@helvino/runtime'
import { type Bucket, fullBucket, takeOne } from './token-buckets.ts'

/** How often, in ms, it is looked how late the event loop is. */
const lookEveryMs = 100
/** So late, in ms, means more work than there is time for. A loop with room is some ms late; a write to the disk takes up to 50. */
const lateMs = 150
/** So often in a row: a second and more, which is no single pause of the machine. */
const lateLooks = 5
/** The share of what was served under overload that is let in from there on. */
const share = 0.8
/** However late the loop is, so many are let in, in a second; and where no more come, they are not what makes it late. */
const leastPerSecond = 20
/** In each look on time a little more is let in: in `calmLooks` of them twice as much. */
const growth = 1.014
/** So many looks on time, one after the other, and everybody is let in: 5 s. */
const calmLooks = 50

export interface Overload {
  /** Asks for something costly of a caller whom nobody knows; gives 0, or the ms to wait. */
  take(): number
  stop(): void
}

/**
 * Keeps the process answering when more comes than it can do: measures how late the event loop is, and where that is too late, lets in of the
 * costly work of unknown callers four fifths of what was let in before, again and again, until it is on time. Who is let in goes on as ever: a visitor
 * who has a token writes.
 */
export function createOverload(clock: Clock): Overload {
  let lookedAtMs = clock.monotonicMs()
  let late = 0
  let calm = 0
  let letIn = 0
  /** Of each second, smoothed over some looks. */
  let usualPerSecond = 0
  /** `undefined` while everybody is let in. */
  let perSecond: number | undefined
  let bucket: Bucket = fullBucket()
  let cancel = clock.startTimer(lookEveryMs, look)

  function look(): void {
    const nowMs = clock.monotonicMs()
    const passedMs = Math.max(1, nowMs - lookedAtMs)
    usualPerSecond += ((letIn * 1_000) / passedMs - usualPerSecond) / 4
    const isLate = passedMs - lookEveryMs > lateMs
    late = isLate ? late + 1 : 0
    calm = isLate ? 0 : calm + 1
    letIn = 0
    lookedAtMs = nowMs
    if (late >= lateLooks && usualPerSecond > leastPerSecond) {
      // What this does shows only when the loop has come round a few times.
      late = 0
      bucket = perSecond === undefined ? fullBucket() : bucket
      perSecond = Math.max(leastPerSecond, Math.min(usualPerSecond, perSecond ?? Infinity) * share)
    } else if (perSecond !== undefined && !isLate) perSecond = calm < calmLooks ? perSecond * growth : undefined
    cancel = clock.startTimer(lookEveryMs, look)
  }

  return {
    take() {
      const eachMs = perSecond === undefined ? 0 : 1_000 / perSecond
      const waitMs = takeOne(bucket, { eachMs, burstMs: Math.max(eachMs, lookEveryMs) }, clock.monotonicMs())
      if (waitMs === 0) letIn += 1
      return waitMs
    },
    stop() {
      cancel()
    },
  }
}
