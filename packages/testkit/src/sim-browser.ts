import { SimChannelHub } from './sim-channels.ts'
import type { MachineSleep } from './sim-clock.ts'
import { SimLockTable } from './sim-locks.ts'
import type { SimServer } from './sim-network.ts'
import { SimRandom } from './sim-random.ts'
import { SimStorage } from './sim-storage.ts'
import { SimTab } from './sim-tab.ts'
import { SimTimeline } from './sim-timeline.ts'
import { SimValues } from './sim-values.ts'

export interface SimBrowserOptions {
  readonly server: SimServer
  /** Where several browsers or a server share one time. */
  readonly timeline?: SimTimeline
  /** Of the tabs' chance. @defaultValue `0` */
  readonly seed?: string | number
}

/** One browser on one machine, with the tabs of one origin: they share storage, locks and channels. */
export class SimBrowser {
  readonly timeline: SimTimeline
  readonly storage = new SimStorage()
  /** The shared values, as in IndexedDB. */
  readonly database = new SimValues()
  /** The shared values, as in localStorage: the second choice. */
  readonly texts = new SimValues()
  readonly locks = new SimLockTable()
  readonly channels = new SimChannelHub()
  readonly #random: SimRandom
  readonly #server: SimServer
  readonly #tabs: SimTab[] = []
  #wallOffsetMs = 0

  constructor({ server, timeline = new SimTimeline(), seed = 0 }: SimBrowserOptions) {
    this.timeline = timeline
    this.#server = server
    this.#random = new SimRandom(seed)
  }

  /** Tabs that live. */
  get tabs(): readonly SimTab[] {
    return this.#tabs.filter((tab) => !tab.isDead)
  }

  openTab(): SimTab {
    const { timeline, storage, database, texts, locks, channels } = this
    const random = this.#random.fork(`tab ${String(this.#tabs.length)}`)
    const tab = new SimTab({ timeline, random, server: this.#server, storage, database, texts, locks, channels })
    tab.clock.stepWallClock(this.#wallOffsetMs)
    this.#tabs.push(tab)
    return tab
  }

  /** Sets the machine's wall clock forward, or back where `ms` is negative: for every tab, and for those yet to be opened. */
  stepWallClock(ms: number): void {
    this.#wallOffsetMs += ms
    for (const { clock } of this.tabs) clock.stepWallClock(ms)
  }

  closeLid(sleep: MachineSleep): void {
    for (const { clock } of this.tabs) clock.closeLid(sleep)
  }

  openLid(): void {
    for (const { clock } of this.tabs) clock.openLid()
  }

  /** Lets the whole machine sleep for `ms`, and runs what is due at once on waking. */
  async sleepMachine(ms: number, sleep: MachineSleep): Promise<void> {
    this.closeLid(sleep)
    await this.timeline.advance(ms)
    this.openLid()
    await this.timeline.advance(0)
  }
}
