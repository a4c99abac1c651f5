import type { Channel, Channels } from '@helvino/runtime'
import type { SimClock } from './sim-clock.ts'

interface Listener {
  readonly name: string
  readonly clock: SimClock
  readonly onMessage: (message: unknown) => void
}

/** The channels between the tabs of one origin. */
export class SimChannelHub {
  readonly #listeners = new Set<Listener>()
  /** How long a message takes; 0 is the next promise job. */
  delayMs = 0
  /** As in a browser without BroadcastChannel: nobody hears anything. */
  isMissing = false

  /** Channels that are open. */
  get openCount(): number {
    return this.#listeners.size
  }

  /** Channels that the tab with this clock has open. */
  openCountOf(clock: SimClock): number {
    return [...this.#listeners].filter((listener) => listener.clock === clock).length
  }

  /** The channels as the tab with this clock sees them. */
  forTab(clock: SimClock): Channels {
    return { open: (name, onMessage) => this.#open({ name, clock, onMessage }) }
  }

  /** Closes what the tab with this clock has open. */
  closeAll(clock: SimClock): void {
    for (const listener of this.#listeners) if (listener.clock === clock) this.#listeners.delete(listener)
  }

  #open(own: Listener): Channel {
    if (!own.clock.isDead) this.#listeners.add(own)
    return {
      post: (message) => {
        if (this.#listeners.has(own) && !this.isMissing) this.#post(own, message)
      },
      close: () => {
        this.#listeners.delete(own)
      },
    }
  }

  #post(own: Listener, message: unknown): void {
    // Most often nobody else listens.
    const others = [...this.#listeners].filter((other) => other !== own && other.name === own.name)
    if (others.length === 0) return
    // The real one clones: a receiver must never see a later change of the sender's object.
    const text = JSON.stringify(message)
    for (const other of others)
      own.clock.timeline.carry(this.delayMs, () => {
        other.clock.whenAwake(() => {
          if (this.#listeners.has(other)) other.onMessage(JSON.parse(text) as unknown)
        })
      })
  }
}
