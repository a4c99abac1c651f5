import type { Channel, Channels, Clock, Locks, Random } from '@helvino/runtime'
import { askedNow, type HeldToken } from './held-token.ts'
import type { TokenFailure } from './token-failure.ts'

/**
 * Until when another tab's renewal is waited for: 2 s by somebody who needs the token, 8 s longer in the background. `wishedAtMs`: since when one
 * is wanted; `joinedAtMs`: since when a caller waits, where one does. Monotonic ms. In the background at random up to a second longer still, so
 * that those who wait for a tab that hangs do not all go at once.
 */
export const patienceUntilMs = (
  wishedAtMs: number,
  random: Random,
  joinedAtMs = wishedAtMs + 8_000 + 1_000 * random.fraction(),
): number => Math.max(wishedAtMs, joinedAtMs) + 2_000

/** What the tabs of one origin need to keep one token between them. */
export interface Tabs {
  /** Tabs that use the same name share. It must name the API and whose token it is: a tab of another person must never meet it. */
  readonly name: string
  readonly locks: Locks
  readonly channels: Channels
}

/** What one tab tells the others. */
export type TabWord =
  /** Whoever holds a token, tell. */
  | { readonly type: 'ask' }
  /** An attempt starts. */
  | { readonly type: 'start' }
  | ({ readonly type: 'fail' } & TokenFailure)
  /** `ageMs`: since it was asked for, when this is said. */
  | ({ readonly type: 'token'; readonly ageMs: number } & HeldToken)

/** `atMs`: when it was said, by the wall clock that the tabs share. */
export type TabMessage = TabWord & { readonly atMs: number }

/** The token that another tab told of, timed by our own clocks: the tabs share the wall clock, not the monotonic one. */
export const heldFrom = (told: TabMessage & { type: 'token' }, clock: Clock): HeldToken => ({
  ...told,
  asked: askedNow(clock, told.ageMs + Math.max(0, clock.nowMs() - told.atMs)),
})

/** The line to the other tabs. Closed while the page is away: an open channel would keep it out of the browser's back/forward cache. */
export class TabLine {
  readonly #tabs: Tabs
  readonly #clock: Clock
  readonly #hear: (message: TabMessage) => void
  #channel: Channel | undefined

  constructor(tabs: Tabs, clock: Clock, hear: (message: TabMessage) => void) {
    this.#tabs = tabs
    this.#clock = clock
    this.#hear = hear
  }

  open(): void {
    if (this.#channel) return
    // The number grows when a message changes so that an older tab, left open over a deploy, would misread it.
    this.#channel = this.#tabs.channels.open(`${this.#tabs.name}/2`, (message) => {
      const told = message as TabMessage | null
      // A page that was frozen hears on waking what was said long ago: of that, a token alone is as good as ever.
      if (told && (told.type === 'token' || Math.abs(this.#clock.nowMs() - told.atMs) < 10_000)) this.#hear(told)
    })
    this.post({ type: 'ask' })
  }

  close(): void {
    this.#channel?.close()
    this.#channel = undefined
  }

  post(word: TabWord): void {
    this.#channel?.post({ ...word, atMs: this.#clock.nowMs() })
  }
}
