import type { TimelineItem } from '@helvino/client'
import { decodeMessage } from '@helvino/protocol'
import { describe, expect, it } from 'vitest'
import { dayName } from './day-name.ts'
import { placed } from './message-groups.ts'

const noonMs = new Date(2026, 2, 10, 12).getTime()

function said(role: string, atMs: number, sequence: number): TimelineItem {
  const timestamp = new Date(atMs).toISOString()
  const wire = {
    id: `m${String(sequence)}`,
    conversationId: 'c',
    sequence,
    role,
    content: 'x',
    timestamp,
    kind: 'text',
  }
  const message = decodeMessage({ ...wire, attachments: [], clientMessageId: null })
  if (!message) throw new Error('not a message')
  return { kind: 'confirmed', key: message.id, message }
}

describe('how lines stand together', () => {
  it('[WL15] one side’s lines are a group until the other speaks, five minutes pass or a day begins', () => {
    const minuteMs = 60_000
    const items = [
      said('user', noonMs, 1),
      said('user', noonMs + minuteMs, 2),
      said('agent', noonMs + 2 * minuteMs, 3),
      said('agent', noonMs + 8 * minuteMs, 4),
      said('agent', noonMs + 24 * 60 * minuteMs, 5),
    ]
    expect(placed(items).map(({ isFirst, isLast }) => [isFirst, isLast])).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [true, true],
      [true, true],
    ])
    expect(placed(items).map(({ isDayFirst }) => isDayFirst)).toEqual([true, false, false, false, true])
  })

  it('[WL16] a day is called today, yesterday or by its date, in the language', () => {
    const dayMs = 86_400_000
    expect(dayName(noonMs, noonMs, 'en')).toBe('today')
    expect(dayName(noonMs - dayMs, noonMs, 'fr')).toBe('hier')
    expect(dayName(noonMs - 5 * dayMs, noonMs, 'de')).toBe('Donnerstag, 5. März')
    expect(dayName(noonMs - 400 * dayMs, noonMs, 'en')).toContain('2025')
  })
})
