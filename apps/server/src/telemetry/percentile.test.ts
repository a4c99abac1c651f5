import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { percentileMs } from './percentile.ts'

const boundsMs = [10, 20, 40]

describe('a percentile', () => {
  it('[TE7] lies in the bucket of its value, and is none for nothing', () => {
    expect(percentileMs([0, 0, 0, 0], boundsMs, 0.5)).toBeNull()
    expect(percentileMs([0, 4, 0, 0], boundsMs, 0.5)).toBe(15)
    expect(percentileMs([1, 0, 1, 0], boundsMs, 0.5)).toBe(10)
    expect(percentileMs([1, 0, 1, 0], boundsMs, 0.95)).toBe(38)
    expect(percentileMs([0, 0, 0, 3], boundsMs, 0.5)).toBe(40)
  })

  it('[TE7] never falls as the fraction rises', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(50), { minLength: 4, maxLength: 4 }),
        fc.double({ min: 0.01, max: 0.98, noNaN: true }),
        (counts, fraction) => {
          const lower = percentileMs(counts, boundsMs, fraction)
          const higher = percentileMs(counts, boundsMs, fraction + 0.01)
          if (lower !== null && higher !== null) expect(higher).toBeGreaterThanOrEqual(lower)
        },
      ),
    )
  })
})
