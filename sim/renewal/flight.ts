import type { SimClock } from '@helvino/testkit'

/** What the tabs' group must know of one of them. */
export interface RenewingTab {
  readonly name: string
  readonly clock: SimClock
  readonly isGone: boolean
  readonly isAwake: boolean
  /** How long the caller at the head has waited, in ms; `undefined` where nobody waits. */
  readonly oldestWaitMs: number | undefined
  /** Since when it can have heard all that the others said, in ms of the timeline. */
  readonly evenSinceMs: number
  /** It has seen a server refuse `token`. */
  hasSeenRefused(token: string): boolean
}

/** One renewal that a tab has begun. */
export interface Flight {
  readonly tab: RenewingTab
  readonly startedAtMs: number
  /** Begun beside another one, since that one or the lock had kept this tab waiting for too long. */
  readonly isBesideAnother: boolean
  /** The tab was frozen, put aside or asleep meanwhile. */
  wasInterrupted: boolean
}
