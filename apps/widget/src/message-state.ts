import type { TimelineItem } from '@helvino/client'

/** How far a message of the visitor's own is. */
export type MessageState = 'sending' | 'waiting' | 'sent' | 'failed'

export const saidIn = (item: TimelineItem) => (item.kind === 'pending' ? item.entry : item.message)

export const isOwn = (item: TimelineItem): boolean => item.kind !== 'confirmed' || item.message.role === 'user'

/** `isFailing`: the last try of any message got no answer. A message that was tried in vain waits until it is answered, also while it is tried again. */
export function stateOf(item: TimelineItem, isFailing: boolean): MessageState {
  if (item.kind !== 'pending') return 'sent'
  const { delivery } = item.entry
  if (delivery.state === 'failed') return 'failed'
  return isFailing || delivery.attempts > 0 ? 'waiting' : 'sending'
}
