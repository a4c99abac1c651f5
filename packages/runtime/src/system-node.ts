import { randomBytes } from 'node:crypto'
import type { Clock } from './clock.ts'
import type { Random } from './random.ts'

// Node keeps a timer's delay in 32 bits; a longer one would fire at once.
const longestTimerMs = 2 ** 31 - 1

/** The process's clock. Its timers do not keep the process alive: whoever serves does that. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  startTimer(delayMs, onDue) {
    let restMs = delayMs
    let handle: NodeJS.Timeout
    const arm = () => {
      const partMs = Math.min(restMs, longestTimerMs)
      restMs -= partMs
      handle = setTimeout(restMs > 0 ? arm : onDue, partMs).unref()
    }
    arm()
    return () => {
      clearTimeout(handle)
    }
  },
}

export const systemRandom: Random = {
  fraction: () => Math.random(),
  bytes: (count) => Uint8Array.from(randomBytes(count)),
}
