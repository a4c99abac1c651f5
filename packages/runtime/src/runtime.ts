import type { Channels } from './channel.ts'
import type { Clock } from './clock.ts'
import type { KeyValue } from './key-value.ts'
import type { Life } from './life.ts'
import type { Locks } from './locks.ts'
import type { Network } from './network.ts'
import type { Random } from './random.ts'
import type { SharedValues } from './shared-values.ts'

/** The whole outside world of one tab or process. */
export interface Runtime {
  readonly clock: Clock
  readonly random: Random
  readonly network: Network
  readonly storage: KeyValue
  /** The places where shared values can be kept, the best first. None where nothing outlives the page. */
  readonly values: readonly SharedValues[]
  readonly locks: Locks
  readonly channels: Channels
  readonly life: Life
}
