import { randomBytes } from 'node:crypto'
import type { Random } from './random.ts'

export { systemClock } from './system-clock.ts'

export const systemRandom: Random = {
  fraction: () => Math.random(),
  bytes: (count) => Uint8Array.from(randomBytes(count)),
}
