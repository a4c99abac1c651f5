import { randomBytes, randomFillSync } from 'node:crypto'
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

export const systemRandom: Random = { fraction: () => Math.random(), bytes: drawBytes() }
