import { describe, expect, it } from 'vitest'
import { successPercent } from './health-view.ts'

describe('the view of session health', () => {
  it('[SH1] never rounds a failure away, and says nothing where there were no renewals', () => {
    expect(successPercent({ renewed: 0, unavailable: 0, refused: 0 })).toBeUndefined()
    expect(successPercent({ renewed: 5, unavailable: 0, refused: 0 })).toBe(100)
    expect(successPercent({ renewed: 99_999, unavailable: 1, refused: 0 })).toBe(99.9)
    expect(successPercent({ renewed: 0, unavailable: 0, refused: 2 })).toBe(0)
    expect(successPercent({ renewed: 2, unavailable: 1, refused: 0 })).toBe(66.6)
  })
})
