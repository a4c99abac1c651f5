import type { TimelineItem } from '@helvino/client'
import { isOwn } from './message-state.ts'

/** A line, and how it stands among its neighbours. */
export interface PlacedItem {
  readonly item: TimelineItem
  /** Wall clock, ms; `undefined` of one that the server has told no time of. */
  readonly atMs: number | undefined
  /** The first of its day: `atMs` is what the day is told from. */
  readonly isDayFirst: boolean
  /** The first and the last that one side has said in a row. */
  readonly isFirst: boolean
  readonly isLast: boolean
}

// Of one side, without an answer in between: what comes later than this stands by itself.
const groupMs = 300_000

function atMsOf(item: TimelineItem): number | undefined {
  if (item.kind === 'pending') return item.entry.createdAtMs
  const ms = Date.parse(item.message.timestamp ?? '')
  return Number.isNaN(ms) ? undefined : ms
}

const dayOf = (atMs: number | undefined) => (atMs === undefined ? undefined : new Date(atMs).setHours(0, 0, 0, 0))

/** Puts the lines into groups, and the groups into days, by the clock of the visitor. */
export function placed(items: readonly TimelineItem[]): readonly PlacedItem[] {
  const timed = items.map((item) => ({ item, atMs: atMsOf(item) }))
  const isBreak = (index: number) => {
    const [before, after] = [timed[index - 1], timed[index]]
    if (!before || !after || isOwn(before.item) !== isOwn(after.item)) return true
    return (after.atMs ?? 0) - (before.atMs ?? 0) > groupMs || dayOf(after.atMs) !== dayOf(before.atMs)
  }
  return timed.map(({ item, atMs }, index) => ({
    item,
    atMs,
    isDayFirst: atMs !== undefined && dayOf(atMs) !== dayOf(timed[index - 1]?.atMs),
    isFirst: isBreak(index),
    isLast: isBreak(index + 1),
  }))
}
