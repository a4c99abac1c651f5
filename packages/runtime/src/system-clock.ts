import type { Clock } from './clock.ts'

// Every platform keeps a timer's delay in 32 bits; a longer one would fire at once.
const longestTimerMs = 2 ** 31 - 1

/** In Node a timer and an open channel keep the process alive unless told otherwise; in a browser there is nothing to tell. */
export function letProcessEnd(handle: unknown): void {
  ;(handle as { unref?: () => void }).unref?.()
}

/** The clock of a page, a worker or a process. Its timers keep no process alive: whoever serves does that. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  startTimer(delayMs, onDue) {
    let restMs = delayMs
    let handle: ReturnType<typeof setTimeout>
    const arm = () => {
      const partMs = Math.min(restMs, longestTimerMs)
      restMs -= partMs
      handle = setTimeout(restMs > 0 ? arm : onDue, partMs)
      letProcessEnd(handle)
    }
    arm()
    return () => {
      clearTimeout(handle)
    }
  },
}
