import type { Runtime } from '@helvino/runtime'
import type { SimChannelHub } from './sim-channels.ts'
import { SimClock } from './sim-clock.ts'
import { SimLife } from './sim-life.ts'
import type { SimLockTable } from './sim-locks.ts'
import { SimNetwork, type SimServer } from './sim-network.ts'
import type { SimRandom } from './sim-random.ts'
import type { SimStorage } from './sim-storage.ts'
import type { SimValues } from './sim-values.ts'
import type { SimTimeline } from './sim-timeline.ts'

/** What the tabs of one browser share. */
export interface TabTerms {
  readonly timeline: SimTimeline
  readonly random: SimRandom
  readonly server: SimServer
  readonly storage: SimStorage
  readonly database: SimValues
  readonly texts: SimValues
  readonly locks: SimLockTable
  readonly channels: SimChannelHub
}

/** One tab: a whole `Runtime`, and the hands to lead it by. */
export class SimTab {
  readonly clock: SimClock
  readonly network: SimNetwork
  readonly life = new SimLife()
  readonly runtime: Runtime
  readonly #terms: TabTerms

  constructor(terms: TabTerms) {
    const { timeline, random, server, storage, database, texts, locks, channels } = terms
    this.#terms = terms
    const clock = new SimClock(timeline)
    this.clock = clock
    this.network = new SimNetwork(clock, server)
    this.runtime = {
      clock,
      random,
      network: this.network,
      storage: {
        get: (key) => storage.get(key),
        set: (key, value) => !clock.isDead && storage.set(key, value),
        remove: (key) => {
          if (!clock.isDead) storage.remove(key)
        },
      },
      values: [database.forTab(clock), texts.forTab(clock)],
      locks: locks.forTab(clock),
      channels: channels.forTab(clock),
      life: this.life,
    }
  }

  get isDead(): boolean {
    return this.clock.isDead
  }

  /**
   * As a crash or a closed tab: no timer, answer, frame or message reaches it again, and what it still says reaches nobody. `keepsLocks`: a
   * process that hangs on its way out, and so holds for ever what it holds.
   */
  kill({ keepsLocks = false } = {}): void {
    this.clock.kill()
    this.life.kill()
    this.network.kill()
    this.#terms.channels.closeAll(this.clock)
    if (!keepsLocks) this.#terms.locks.releaseAll(this.clock)
  }
}
