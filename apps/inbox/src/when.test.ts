import { describe, expect, it } from 'vitest'
import { formatDay, formatsOf, formatTime, formatWhen } from './when.ts'

const zurich = formatsOf({ language: 'en-GB', timeZone: 'Europe/Zurich' })
const nowMs = Date.parse('2026-03-10T00:30:00Z')

describe('when', () => {
  it('[IN3] writes the time of a moment of today, as the reader counts days', () => {
    expect(formatWhen('2026-03-09T23:05:00Z', nowMs, zurich)).toBe('00:05')
  })

  it('[IN4] writes the day of an older moment, with its year where that is another', () => {
    expect(formatWhen('2026-03-09T22:59:00Z', nowMs, zurich)).toBe('9 Mar')
    expect(formatWhen('2025-12-31T22:59:00Z', nowMs, zurich)).toBe('31 Dec 2025')
  })

  it('[IN5] writes nothing for what is no time', () => {
    expect(formatWhen('yesterday', nowMs, zurich)).toBe('')
  })

  it('[IF1] writes the time of day alone below a message of any day, and nothing for what is no time', () => {
    expect(formatTime('2025-12-31T22:59:00Z', zurich)).toBe('23:59')
    expect(formatTime('yesterday', zurich)).toBe('')
  })

  it('[DI24] heads a day as today, yesterday, or by its date, as the reader counts days', () => {
    const words = { today: 'Today', yesterday: 'Yesterday' }
    const days = ['2026-03-09T23:05:00Z', '2026-03-09T22:59:00Z', '2026-03-07T12:00:00Z', 'no time']
    expect(days.map((iso) => formatDay(iso, nowMs, words, zurich))).toEqual(['Today', 'Yesterday', 'Sat 7 Mar', ''])
  })
})
