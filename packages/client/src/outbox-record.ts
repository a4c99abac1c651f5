import { asRecord, asString, decodeClientMessageId, decodeConversationId } from '@helvino/protocol'
import type { OutboxEntry } from './outbox-entry.ts'

/** Which tab may send the messages of a lane, and until when by the wall clock unless it says so again. */
export interface Lease {
  readonly tab: string
  readonly untilMs: number
}

/** The server wants nothing for a time. Wall clock, ms since the Unix epoch. */
export interface Hold {
  /** When it said so. */
  readonly fromMs: number
  readonly untilMs: number
}

/** What all tabs of one owner share: the messages on their way out, in the order of entry, and who sends which lane. */
export interface OutboxRecord {
  readonly entries: readonly OutboxEntry[]
  readonly lanes: Readonly<Record<string, Lease>>
  readonly hold?: Hold | undefined
}

const longestHoldMs = 3_600_000

/** What is left of a hold, in ms; 0 for one that makes no sense by this clock, which may have been set since. */
export const restOfHoldMs = (hold: Hold | undefined, nowMs: number): number =>
  hold && hold.fromMs <= nowMs && hold.untilMs <= hold.fromMs + longestHoldMs ? Math.max(0, hold.untilMs - nowMs) : 0

/** The outbox's name carries this number: a build that reads another shape uses another name, and spoils nothing of ours. */
export const outboxRecordNumber = 1

function decodeEntry(value: unknown): readonly OutboxEntry[] {
  const record = asRecord(value)
  const delivery = asRecord(record?.['delivery'])
  const id = decodeClientMessageId(record?.['id'])
  const content = asString(record?.['content'])
  if (!id || !content) return []
  const code = asString(delivery?.['code'])
  return [
    {
      id,
      conversationId: decodeConversationId(record?.['conversationId']),
      content,
      createdAtMs: Number(record?.['createdAtMs']) || 0,
      // What another page was sending is queued to this one: the server drops the repeat by its id.
      delivery:
        code === undefined
          ? { state: 'queued', attempts: Number(delivery?.['attempts']) || 0 }
          : { state: 'failed', code },
    },
  ]
}

/** What can be read of it: of something spoiled, as much as makes sense. */
export function decodeOutboxRecord(value: unknown): OutboxRecord {
  const record = asRecord(value)
  const entries = record?.['entries']
  const lanes = Object.entries(asRecord(record?.['lanes']) ?? {}).map(([name, lease]) => {
    const { tab, untilMs } = { ...asRecord(lease) }
    return [name, { tab: String(tab), untilMs: Number(untilMs) }] as const
  })
  const hold = asRecord(record?.['hold'])
  const { fromMs, untilMs } = { ...hold }
  return {
    entries: Array.isArray(entries) ? entries.flatMap(decodeEntry) : [],
    lanes: Object.fromEntries(lanes),
    ...(hold && { hold: { fromMs: Number(fromMs), untilMs: Number(untilMs) } }),
  }
}
