import { describe, expect, it } from 'vitest'
import { decodeSites } from './sites.ts'

describe('sites', () => {
  it('[IN16] leaves out what is no origin, and keeps the rest', () => {
    const refused = [{ origin: 'https://b.example', lastSeenAt: '2026-03-01T00:00:00.000Z' }, { origin: 7 }]
    expect(decodeSites({ allowed: ['https://a.example', 7], refused })).toEqual({
      allowed: ['https://a.example'],
      refused: [refused[0]],
    })
    expect(decodeSites({ allowed: [] })).toBeUndefined()
  })
})
