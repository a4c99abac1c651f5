import type { UsedBootloaderAnswer } from '@helvino/protocol'
import { describe, expect, it } from 'vitest'
import { asTokenAnswer, issuedBy } from './visitor-token.ts'

const nowMs = Date.UTC(2026, 0, 5)
const nowSeconds = nowMs / 1_000
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const answer = (claims: object, timestamp?: string) =>
  ({ orgToken: `${part({})}.${part(claims)}.c2ln`, timestamp }) as UsedBootloaderAnswer

describe('the token in the answer of a bootloader', () => {
  it('[CV22] is none where it tells of no expiry, and that passes', () => {
    const value = answer({ iat: nowSeconds }, new Date(nowMs).toISOString())
    expect(asTokenAnswer({ kind: 'answered', value }, { wallMs: nowMs, monotonicMs: 0 })).toEqual({
      kind: 'unavailable',
      reason: 'a token without an expiry',
    })
  })

  it.each([
    ['what the server says', { iat: nowSeconds - 100, exp: nowSeconds + 300 }, new Date(nowMs).toISOString(), 0],
    [
      'its own issue, where the server says nothing that can be read',
      { iat: nowSeconds, exp: nowSeconds + 300 },
      'x',
      0,
    ],
    ['this clock, where neither says anything', { exp: nowSeconds + 300 }, undefined, nowMs],
    [
      'its last minute, where this clock says that it is nearly over',
      { exp: nowSeconds + 60 },
      undefined,
      nowMs + 50_000,
    ],
  ])('[CV23] is timed by %s', (_, claims, timestamp, wallMs) => {
    expect(issuedBy(answer(claims, timestamp), wallMs)?.issuerNowMs).toBe(nowMs)
  })
})
