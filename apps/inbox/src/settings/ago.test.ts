import { describe, expect, it } from 'vitest'
import { ago } from './ago.ts'

describe('how long ago', () => {
  it('[SET2] counts in the largest whole unit, and says now for what is younger than a minute', () => {
    const nowMs = Date.parse('2026-03-10T12:00:00Z')
    const said = (iso: string) => ago(iso, nowMs, 'en')
    expect(said('2026-03-10T11:58:00Z')).toBe('2 minutes ago')
    expect(said('2026-03-10T10:01:00Z')).toBe('1 hour ago')
    expect(said('2026-03-09T12:00:00Z')).toBe('yesterday')
    for (const iso of ['2026-03-10T11:59:01Z', '2026-03-10T12:00:30Z']) expect(said(iso)).toBe('now')
  })
})
