import type { TimelineItem } from '@helvino/client'
import type { Words } from './words/words.ts'

/** What stands under a message of the visitor's own: how far it is. */
export type MessageState = 'sending' | 'waiting' | 'sent' | 'failed'

/** `isFailing`: the last try of any message got no answer. A message that was tried in vain waits until it is answered, also while it is tried again. */
export function stateOf(item: TimelineItem, isFailing: boolean): MessageState {
  if (item.kind !== 'pending') return 'sent'
  const { delivery } = item.entry
  if (delivery.state === 'failed') return 'failed'
  return isFailing || delivery.attempts > 0 ? 'waiting' : 'sending'
}

/** The state in words; of a failed one with the reason. */
export function noteOf(item: TimelineItem, isFailing: boolean, words: Words): string {
  const state = stateOf(item, isFailing)
  if (item.kind !== 'pending' || item.entry.delivery.state !== 'failed') return words[state]
  const { code } = item.entry.delivery
  return `${words.failed}: ${words.reasons[code] ?? words.otherReason(code)}`
}
