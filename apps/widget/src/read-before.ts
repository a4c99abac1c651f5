import {
  asRecord,
  asString,
  type Message,
  parseJson,
  type Sequence,
  sequenceZero,
  visitorLimits,
} from '@helvino/protocol'
import type { PanelTerms } from './panel-terms.ts'

/**
 * How far the visitor had read when the loader asked, by the server's count of what they had not: they may have read on another device. Zero
 * where it did not say, or counted for an id that another tab has replaced.
 */
export function createReadBefore(terms: PanelTerms): (messages: readonly Message[]) => Sequence {
  let told: Readonly<Record<string, unknown>> | undefined
  return (messages) => {
    const { boot } = terms
    // The answer may be under way still.
    if (boot?.body !== undefined && terms.keepVisitorId() === terms.visitorId) told ??= asRecord(parseJson(boot.body))
    const unread = told?.['unread']
    const atTime = asString(told?.['timestamp'])
    if (typeof unread !== 'number' || unread >= visitorLimits.unread || atTime === undefined) return sequenceZero
    const answers = messages.filter(({ role, timestamp }) => role === 'agent' && timestamp <= atTime)
    return answers.at(-1 - unread)?.sequence ?? sequenceZero
  }
}
