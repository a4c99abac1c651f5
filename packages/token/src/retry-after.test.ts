import { describe, expect, it } from 'vitest'
import { parseRetryAfter } from './retry-after.ts'

const nowMs = Date.UTC(2027, 0, 1)

describe('parseRetryAfter', () => {
  it.each([
    ['20', 20_000],
    ['0', 1_000],
    ['1000000000', 3_600_000],
    [' 5 ', 5_000],
    [new Date(nowMs + 90_000).toUTCString(), 90_000],
    [new Date(nowMs - 90_000).toUTCString(), 1_000],
    ['soon', undefined],
    ['', undefined],
    ['1.5s', undefined],
    [undefined, undefined],
  ])('[CL1] reads %j as %j ms', (value, expected) => {
    expect(parseRetryAfter(value, nowMs)).toBe(expected)
  })
})
