import type { TimelineItem } from '@helvino/client'
import { stateOf } from './message-state.ts'
import type { Words } from './words/words.ts'

/** What stands under a message of the visitor's own: how far it is, in words; of a failed one with the reason. */
export function noteOf(item: TimelineItem, isFailing: boolean, words: Words): string {
  const state = stateOf(item, isFailing)
  if (item.kind !== 'pending' || item.entry.delivery.state !== 'failed') return words[state]
  const { code } = item.entry.delivery
  const reasons: Readonly<Record<string, string>> = words.reasons
  return `${words.failed}: ${reasons[code] ?? words.otherReason(code)}`
}
