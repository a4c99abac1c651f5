import type { TimelineItem } from '@helvino/client'
import type { Note, Sequence } from '@helvino/protocol'

/** What a thread shows, line by line. */
export type ThreadLine =
  | { readonly kind: 'day'; readonly key: string; readonly timestamp: string }
  | { readonly kind: 'note'; readonly key: string; readonly note: Note }
  | {
      readonly kind: 'message'
      readonly key: string
      readonly item: TimelineItem
      /** The next one goes on in the same breath: what is said of both stands below that. */
      readonly isJoined: boolean
      /** The newest of the team's messages that the visitor has read. */
      readonly isSeen: boolean
    }

// Messages of one person that follow each other so fast are one turn of a talk.
const oneBreathMs = 5 * 60_000

const timestampOf = (line: ThreadLine): string | undefined => {
  if (line.kind === 'note') return line.note.timestamp
  return line.kind === 'message' && line.item.kind !== 'pending' ? line.item.message.timestamp : undefined
}

function seenKeyOf(items: readonly TimelineItem[], readSequence: Sequence): string | undefined {
  return items.findLast(
    (item) => item.kind === 'confirmed' && item.message.role === 'agent' && item.message.sequence <= readSequence,
  )?.key
}

function isJoined(item: TimelineItem, next: TimelineItem | undefined, followed: boolean): boolean {
  if (followed || item.kind !== 'confirmed' || next?.kind !== 'confirmed') return false
  const gapMs = Date.parse(next.message.timestamp) - Date.parse(item.message.timestamp)
  const isSameAuthor = item.message.role === next.message.role && item.message.authorId === next.message.authorId
  return isSameAuthor && gapMs >= 0 && gapMs < oneBreathMs
}

/** Puts notes in their places among the messages, and a line before the first of each day. `dayOf` tells days apart. */
export function threadLines(
  items: readonly TimelineItem[],
  notes: readonly Note[],
  visitorReadSequence: Sequence,
  dayOf: (timestamp: string) => string,
): readonly ThreadLine[] {
  const seenKey = seenKeyOf(items, visitorReadSequence)
  const confirmed = items.filter((item) => item.kind === 'confirmed')
  const firstSequence = confirmed[0]?.message.sequence ?? 0
  const lastSequence = confirmed.at(-1)?.message.sequence ?? 0
  // The place of a note before the first message that is here is not in sight.
  const shown = notes.filter(({ afterSequence }) => afterSequence >= firstSequence - 1)
  const notesBetween = (from: number, to: number): ThreadLine[] =>
    shown
      .filter(({ afterSequence }) => afterSequence >= from && afterSequence < to)
      .map((note) => ({ kind: 'note', key: `note-${note.id}`, note }))

  const lines = items.flatMap((item, index): ThreadLine[] => {
    const next = items[index + 1]
    const sequence = item.kind === 'confirmed' ? item.message.sequence : undefined
    const until = next?.kind === 'confirmed' ? next.message.sequence : Infinity
    const after = sequence === undefined ? [] : notesBetween(sequence, until)
    const isSeen = item.key === seenKey
    const joined = isJoined(item, next, after.length > 0 || isSeen)
    return [{ kind: 'message', key: item.key, item, isJoined: joined, isSeen }, ...after]
  })
  return withDays([...notesBetween(-1, lastSequence === 0 ? Infinity : firstSequence), ...lines], dayOf)
}

function withDays(lines: readonly ThreadLine[], dayOf: (timestamp: string) => string): readonly ThreadLine[] {
  let day: string | undefined
  return lines.flatMap((line) => {
    const timestamp = timestampOf(line)
    const own = timestamp === undefined ? day : dayOf(timestamp)
    if (timestamp === undefined || own === day) return [line]
    day = own
    return [{ kind: 'day', key: `day-${line.key}`, timestamp }, line]
  })
}
