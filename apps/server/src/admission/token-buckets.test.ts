import { describe, expect, it } from 'vitest'
import { priceOf, TokenBuckets } from './token-buckets.ts'

const rate = { perSecond: 10, burst: 5 }
const bucketsOf = (scale = 1) => new TokenBuckets(priceOf(rate, scale))
const takeMany = (buckets: TokenBuckets, name: string, count: number, nowMs: number) =>
  Array.from({ length: count }, () => buckets.take(name, nowMs))

describe('token buckets', () => {
  it('[RL1] give a burst at once, and then one after the other at the rate', () => {
    const buckets = bucketsOf()
    expect(takeMany(buckets, 'a', 6, 1_000)).toEqual([0, 0, 0, 0, 0, 100])
    expect(buckets.take('a', 1_099)).toBeGreaterThan(0)
    const later = bucketsOf()
    takeMany(later, 'a', 5, 1_000)
    expect([1_100, 1_150, 1_200].map((nowMs) => later.take('a', nowMs) === 0)).toEqual([true, false, true])
    expect(takeMany(later, 'a', 6, 9_000).filter((waitMs) => waitMs === 0)).toHaveLength(5)
  })

  it('[RL2] give everybody who is refused the next place in line, so that they come back at the rate, and none further off than a minute', () => {
    const buckets = bucketsOf()
    takeMany(buckets, 'a', 5, 0)
    const waits = takeMany(buckets, 'a', 700, 0)
    expect(waits.slice(0, 3)).toEqual([100, 200, 300])
    expect(Math.max(...waits)).toBe(60_000)
    // Each comes when they were told to, and is let in.
    for (const waitMs of waits.slice(0, 500)) expect(buckets.take('a', waitMs)).toBe(0)
  })

  it('[RL3] have one for each name, as many names as there is room for, of which the one that was heard of longest ago goes first', () => {
    const buckets = bucketsOf()
    takeMany(buckets, 'a', 5, 0)
    takeMany(buckets, 'b', 5, 0)
    for (let n = 0; n < 19_998; n += 1) buckets.take(`other ${n}`, 0)
    expect(buckets.take('a', 0)).toBeGreaterThan(0)
    buckets.take('one more', 0)
    expect(buckets.take('b', 0)).toBe(0)
    expect(buckets.take('a', 0)).toBeGreaterThan(0)
  })

  it('[RL4] are owed what came unannounced, and whoever comes next waits for it', () => {
    const buckets = bucketsOf()
    buckets.owe('a', 9, 0)
    expect(buckets.take('a', 0)).toBe(500)
    expect(buckets.take('a', 500)).toBe(0)
    // However much it is, one burst is owed and no more.
    buckets.owe('b', 10_000, 0)
    expect(buckets.take('b', 0)).toBe(600)
  })

  it('[RL5] hold as often as the scale says, and never where it is 0', () => {
    const twice = bucketsOf(2)
    expect(takeMany(twice, 'a', 11, 0).filter((waitMs) => waitMs === 0)).toHaveLength(10)
    expect(twice.take('a', 50)).toBe(0)
    const free = bucketsOf(0)
    free.owe('a', 1_000, 0)
    expect(takeMany(free, 'a', 1_000, 0).every((waitMs) => waitMs === 0)).toBe(true)
  })
})
