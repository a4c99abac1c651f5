import type { RenewalCause, TokenEvent } from '@helvino/client'
import { describe, expect, it } from 'vitest'
import { lineOfTokenEvent, tokenCachedLine } from './console-lines.ts'

const expiresAtMs = Date.UTC(2026, 0, 2, 3, 4, 5)
const at = { attempt: 0, waiting: 0 }
const outcome = { waiting: 0, tookMs: 5, isShared: false }
const renewing = (cause: RenewalCause): TokenEvent => ({ type: 'renewing', cause, ...at })
const renewed = (cause: RenewalCause, attempt = 0, isShared = false): TokenEvent => ({
  ...{ type: 'renewed', cause, expiresAtMs, waitedMs: 0, skewMs: 0, staleServes: 0, ...outcome },
  ...{ attempt, isShared },
})

describe('the lines of the console', () => {
  it('[WL1] say when the first token was cached, and not that it is refreshed', () => {
    expect(lineOfTokenEvent(renewing('first'), false)).toBeUndefined()
    expect(lineOfTokenEvent(renewed('first'), false)).toBe(
      '\u2705 Org token cached, expires at 2026-01-02T03:04:05.000Z',
    )
  })

  it('[WL2] say that a token is refreshed, and that it was', () => {
    for (const cause of ['use', 'ahead', 'refused', 'manual'] as const) {
      expect(lineOfTokenEvent(renewing(cause), true)).toBe('\u{1F504} Refreshing org token...')
      expect(lineOfTokenEvent(renewed(cause), true)).toBe(
        '\u2705 Org token refreshed, expires at 2026-01-02T03:04:05.000Z',
      )
    }
  })

  it('[WL6] say that a token which another tab fetched is cached, and nothing of a refused one', () => {
    expect(lineOfTokenEvent(renewed('ahead', 0, true), true)).toBe(tokenCachedLine(expiresAtMs))
    expect(lineOfTokenEvent({ type: 'refused', isLate: false }, true)).toBeUndefined()
  })

  it('[WL3] say why a refresh failed', () => {
    const failed: TokenEvent = {
      type: 'failed',
      cause: 'use',
      reason: 'offline',
      isFinal: false,
      isServed: false,
      attempt: 0,
      ...outcome,
    }
    expect(lineOfTokenEvent(failed, true)).toBe('\u274C Token refresh failed: offline')
  })

  it('[WL4] do not repeat what the loader said of the first attempt, and do speak of a later one', () => {
    expect(lineOfTokenEvent(renewed('first'), true)).toBeUndefined()
    expect(lineOfTokenEvent(renewed('first', 1), true)).toBe(tokenCachedLine(expiresAtMs))
  })

  it('[WL5] survive an expiry beyond the range of dates', () => {
    expect(tokenCachedLine(1e300)).toBe('\u2705 Org token cached, expires at an unknown time')
  })
})
