import type { ChatState } from '@helvino/client'
import { describe, expect, it } from 'vitest'
import { noticeOf } from './notice.ts'

const calm = { isWaitingForToken: false, isFailing: false }
const failing = { isWaitingForToken: false, isFailing: true }
const live: ChatState['connection'] = { state: 'live' }

describe('notice', () => {
  it('[IN6] says nothing while the connection is live and writes are answered', () => {
    expect(noticeOf({ connection: live, delivery: calm })).toBeUndefined()
  })

  it('[IN7] says "connecting" until the first try has failed', () => {
    expect(noticeOf({ connection: { state: 'offline' }, delivery: calm })).toEqual({ kind: 'connecting' })
    expect(noticeOf({ connection: { state: 'connecting', attempt: 0 }, delivery: calm })).toEqual({
      kind: 'connecting',
    })
  })

  it('[IN8] says "offline" from the first failed try until the connection is back', () => {
    const offline = { kind: 'offline' }
    expect(noticeOf({ connection: { state: 'waiting', attempt: 1 }, delivery: calm })).toEqual(offline)
    expect(noticeOf({ connection: { state: 'connecting', attempt: 1 }, delivery: calm })).toEqual(offline)
  })

  it('[IN9] says "offline" while a write gets no answer, even on a live connection', () => {
    expect(noticeOf({ connection: live, delivery: failing })).toEqual({ kind: 'offline' })
  })

  it('[IN10] says that the server refused, and does not promise to try again', () => {
    const connection: ChatState['connection'] = { state: 'denied', code: 'org_disabled' }
    expect(noticeOf({ connection, delivery: failing })).toEqual({ kind: 'denied', code: 'org_disabled' })
  })
})
