import type { TabWatch } from './tab-watch.ts'

/** One renewal that a tab has begun. */
export interface Flight {
  readonly tab: TabWatch
  readonly startedAtMs: number
  /** Begun beside another one, since that one or the lock had kept this tab waiting for too long. */
  readonly isBesideAnother: boolean
  /** The tab was frozen, put aside or asleep meanwhile. */
  wasInterrupted: boolean
}
