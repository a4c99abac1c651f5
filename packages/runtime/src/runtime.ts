import type { Channels } from './channel.ts'
import type { Clock } from './clock.ts'
import type { KeyValue } from './key-value.ts'
import type { Life } from './life.ts'
import type { Locks } from './locks.ts'
import type { Network } from './network.ts'
import type { Random } from './random.ts'

/** The whole outside world of one tab or process. */
export interface Runtime {
  readonly clock: Clock
  readonly random: Random
  readonly network: Network
  readonly storage: KeyValue
  readonly locks: Locks
  readonly channels: Channels
  readonly life: Life
}
