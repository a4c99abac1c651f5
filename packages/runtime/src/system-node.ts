import { randomBytes, randomFillSync } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import type { Random } from './random.ts'

export { systemClock } from './system-clock.ts'

/** One draw from the system costs about the same for 16 bytes and for 4,096: so many are drawn at once, and each is given out once. */
function drawBytes(): Random['bytes'] {
  const drawn = Buffer.alloc(4_096)
  let used = drawn.length
  return (count) => {
    if (count > drawn.length) return Uint8Array.from(randomBytes(count))
    if (used + count > drawn.length) {
      randomFillSync(drawn)
      used = 0
    }
    const given = drawn.subarray(used, (used += count))
    const own = Uint8Array.from(given)
    // Nobody finds it here again.
    given.fill(0)
    return own
  }
}

/** Of the time since it was last asked, the share in which the event loop of this process had something to do: 0 to 1. */
export function measureBusyShare(): () => number {
  let before = performance.eventLoopUtilization()
  return () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    return utilization
  }
}

/** Keeps the process alive, for good: who calls it ends by a word of their own, never because only timers are left to wait for, which keep nothing alive. */
export function holdProcess(): void {
  setInterval(() => undefined, 2 ** 30)
}

export const systemRandom: Random = { fraction: () => Math.random(), bytes: drawBytes() }
