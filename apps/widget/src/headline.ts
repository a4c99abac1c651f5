import { asRecord } from '@helvino/protocol'
import { wordsOf } from './view-words.ts'
import type { GivenConfig } from './view.ts'
import type { PanelWords } from './words/words.ts'

const dayMs = 86_400_000

// What stands between a day and a time.
const marks: Readonly<Record<string, string>> = { ar: '،', ja: '' }

/** `opensAtMs` as a day and a time: "tomorrow, 9:00". */
function dayAndTime(opensAtMs: number, nowMs: number, language: string): string {
  const start = (ms: number) => new Date(ms).setHours(0, 0, 0, 0)
  const days = Math.round((start(opensAtMs) - start(nowMs)) / dayMs)
  const time = new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit' }).format(opensAtMs)
  const day =
    days <= 1
      ? new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(days, 'day')
      : new Intl.DateTimeFormat(language, { weekday: 'long' }).format(opensAtMs)
  return `${day}${marks[language] ?? ','} ${time}`
}

/** True where the organisation keeps hours and nobody is there. */
export const isAway = (given: GivenConfig): boolean => asRecord(given?.['availability'])?.['isOpen'] === false

/**
 * The line under the organisation's name: when it is back (`availability { isOpen, opensAt }`), else how soon it usually replies
 * (`expectedReply`: `minutes`, `hours` or `day`). Empty where it says neither.
 */
export function headline(given: GivenConfig, panelWords: PanelWords, language: string, nowMs: number): string {
  const words = wordsOf(panelWords)
  if (isAway(given)) {
    const opensAtMs = Date.parse(String(asRecord(given?.['availability'])?.['opensAt']))
    return opensAtMs > nowMs ? words.backAt(dayAndTime(opensAtMs, nowMs, language)) : words.away
  }
  const replies: Readonly<Record<string, string>> = {
    minutes: words.repliesInMinutes,
    hours: words.repliesInHours,
    day: words.repliesInADay,
  }
  return replies[String(given?.['expectedReply'])] ?? ''
}
