import { describe, expect, it } from 'vitest'
import { SimRandom } from './sim-random.ts'

describe('SimRandom', () => {
  it('[KIT12] draws the same from the same seed, and a fork does not depend on earlier draws', () => {
    const [first, second] = [new SimRandom(7), new SimRandom(7)]
    expect(first.fork('x').bytes(8)).toEqual(second.fork('x').bytes(8))
    expect(first.fraction()).toBe(second.fraction())
    expect(first.fork('x').fraction()).toBe(new SimRandom(7).fork('x').fraction())
    expect(first.fork('x').fraction()).not.toBe(first.fork('y').fraction())
    // Kept from a first run: another machine or engine must draw the same.
    expect(Array.from({ length: 3 }, () => new SimRandom('kept').whole(0, 1_000_000_000))).toMatchInlineSnapshot(`
      [
        18555189,
        18555189,
        18555189,
      ]
    `)
  })

  it('[KIT13] spreads evenly over [0, 1)', () => {
    const random = new SimRandom('even')
    const counts = new Array<number>(10).fill(0)
    for (let draw = 0; draw < 10_000; draw++) {
      const bin = Math.floor(random.fraction() * 10)
      counts[bin] = (counts[bin] ?? 0) + 1
    }
    // The seed is fixed, so this is one fact, not a chance: chi-square with 9 degrees, 99.9 % below 27.9.
    expect(counts.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0)).toBeLessThan(27.9)
  })
})
