import { describe, expect, it } from 'vitest'
import { headline } from './headline.ts'
import { panelWords } from './words/en.ts'

const nowMs = new Date(2026, 2, 10, 12).getTime()
const line = (given: Record<string, unknown>) => headline(given, panelWords, 'en', nowMs).replaceAll('\u202f', ' ')
const at = (hours: number) => ({
  availability: { isOpen: false, opensAt: new Date(nowMs + hours * 3_600_000).toISOString() },
})

describe('the line under the name', () => {
  it('[WL17] says when the organisation is back, else how soon it replies, else nothing', () => {
    expect(line(at(3))).toBe('We are back today, 3:00 PM')
    expect(line({ ...at(21), expectedReply: 'minutes' })).toBe('We are back tomorrow, 9:00 AM')
    expect(line(at(45))).toBe('We are back Thursday, 9:00 AM')
    expect(line({ availability: { isOpen: false } })).toBe('We are away at the moment')
    expect(line({ availability: { isOpen: true }, expectedReply: 'hours' })).toBe('Usually replies in a few hours')
    for (const given of [{}, { expectedReply: 'never' }, { availability: 'closed' }]) expect(line(given)).toBe('')
  })
})
