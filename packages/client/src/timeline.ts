import type { Message } from '@helvino/protocol'
import type { OutboxEntry } from './outbox-entry.ts'
import type { Thread, UnsequencedMessage } from './thread.ts'

/** One line of a conversation as it is shown. `key` stays the same from `pending` to `confirmed`. */
export type TimelineItem =
  | { readonly kind: 'confirmed'; readonly key: string; readonly message: Message }
  /** Taken by a server that counts no sequence. */
  | { readonly kind: 'accepted'; readonly key: string; readonly message: UnsequencedMessage }
  | { readonly kind: 'pending'; readonly key: string; readonly entry: OutboxEntry }

/** Merges what the server confirmed with what is on its way, by id: confirmed first in the server's order, then pending in the order of entry. */
export function timeline(thread: Thread, entries: readonly OutboxEntry[]): readonly TimelineItem[] {
  const ownIds = new Set<string>()
  const items: TimelineItem[] = thread.messages.map((message) => {
    if (message.clientMessageId) ownIds.add(message.clientMessageId)
    return { kind: 'confirmed', key: message.clientMessageId ?? message.id, message }
  })
  for (const message of thread.unsequenced) {
    if (ownIds.has(message.clientMessageId)) continue
    ownIds.add(message.clientMessageId)
    items.push({ kind: 'accepted', key: message.clientMessageId, message })
  }
  for (const entry of entries) if (!ownIds.has(entry.id)) items.push({ kind: 'pending', key: entry.id, entry })
  return items
}

/** True where the last line is the visitor's, on its way or stored. */
export const isAnswerAwaited = (last: TimelineItem | undefined): boolean =>
  last !== undefined && (last.kind !== 'confirmed' || last.message.role === 'user')
