import type { Channel, Channels, Clock, Locks } from '@helvino/runtime'
import { type HeldToken, holdToken } from './held-token.ts'
import type { TokenFailure } from './token-failure.ts'

// How long another tab's renewal is waited for: by somebody who needs the token, and in the background.
const patienceMs = 2_000
const idlePatienceMs = 10_000

/** What the tabs of one origin need to keep one token between them. */
export interface Tabs {
  /** Tabs that use the same name share. It must name the API and whose token it is: a tab of another person must never meet it. */
  readonly name: string
  readonly locks: Locks
  readonly channels: Channels
}

/** What one tab tells the others. */
export type TabMessage =
  /** Whoever holds a token, tell. */
  | { readonly type: 'ask' }
  /** An attempt starts. `atMs`: when it was said, by the wall clock that the tabs share. */
  | { readonly type: 'start'; readonly atMs: number }
  | ({ readonly type: 'fail'; readonly atMs: number } & TokenFailure)
  /** `askedAtMs`: when it was asked for, by the wall clock that the tabs share. */
  | ({ readonly type: 'token'; readonly askedAtMs: number } & HeldToken)

/** The token that another tab told of, timed by our own clocks: the tabs share the wall clock, not the monotonic one. */
export function heldFrom(message: TabMessage & { type: 'token' }, clock: Clock, bufferMs: number): HeldToken {
  const wallMs = clock.nowMs()
  const heldForMs = Math.max(0, wallMs - message.askedAtMs)
  const asked = { wallMs: wallMs - heldForMs, monotonicMs: clock.monotonicMs() - heldForMs }
  return holdToken(message, { ...message, asked }, bufferMs)
}

/** A page that was frozen hears on waking what was said long ago. */
export const isNews = ({ atMs }: { readonly atMs: number }, clock: Clock): boolean =>
  Math.abs(clock.nowMs() - atMs) < 10_000

/** The line to the other tabs. Closed while the page is away: an open channel would keep it out of the browser's back/forward cache. */
export class TabLine {
  readonly #tabs: Tabs
  readonly #hear: (message: TabMessage) => void
  #channel: Channel | undefined
  /** Since when a renewal is wanted that another tab may be at; monotonic ms. */
  #claimedAtMs: number | undefined
  #isClaiming = false

  constructor(tabs: Tabs, hear: (message: TabMessage) => void) {
    this.#tabs = tabs
    this.#hear = hear
  }

  open(): void {
    // The number grows when a message changes so that an older tab, left open over a deploy, would misread it.
    this.#channel ??= this.#tabs.channels.open(`${this.#tabs.name}/1`, (message) => {
      this.#hear(message as TabMessage)
    })
    this.post({ type: 'ask' })
  }

  close(): void {
    this.#channel?.close()
    this.#channel = undefined
  }

  post(message: TabMessage): void {
    this.#channel?.post(message)
  }

  /** How long another tab's renewal is still waited for, in ms; 0 or less: no longer. Counts from the first call after `endClaim`. */
  patienceMs(nowMs: number, headJoinedAtMs: number | undefined): number {
    this.#claimedAtMs ??= nowMs
    const untilMs =
      headJoinedAtMs === undefined
        ? this.#claimedAtMs + idlePatienceMs
        : Math.max(this.#claimedAtMs, headJoinedAtMs) + patienceMs
    return untilMs - nowMs
  }

  /** What was wanted has come, has failed, or is wanted no longer: what is wanted next is waited for anew. */
  endClaim(): void {
    this.#claimedAtMs = undefined
  }

  /** Runs `work` where no other tab is at it. The lock is never waited for: one that nobody gives back must not cost more than our patience. */
  takeTurn(work: () => Promise<void>): void {
    if (this.#isClaiming) return
    this.#isClaiming = true
    void this.#tabs.locks.holdIfFree(this.#tabs.name, work).then(() => {
      this.#isClaiming = false
    })
  }
}
