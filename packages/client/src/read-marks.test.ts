import type { ConversationId, Sequence } from '@helvino/protocol'
import { SimClock } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import type { CallResult } from './call.ts'
import { createMarkRead } from './read-marks.ts'
import { createUpdateVisitor } from './visitor-profile.ts'

const id = 'c1' as ConversationId
const limited = { kind: 'unreachable', reason: 'rate_limited', retryAfterMs: 2_000 } as const

describe('what a visitor’s page tells', () => {
  it('[RS13] is the furthest mark of a moment, once, and again only where it did not arrive', async () => {
    const clock = new SimClock()
    const told: unknown[] = []
    const results: CallResult<true>[] = []
    const act = (conversationId: ConversationId, verb: string, body: object = {}) => {
      told.push([conversationId, verb, body])
      return Promise.resolve(results.shift() ?? ({ kind: 'answered', value: true } as const))
    }
    const mark = createMarkRead({ act }, clock)
    for (const sequence of [1, 3, 2, 3]) mark(id, sequence as Sequence)
    await clock.advance(1_000)
    mark(id, 3 as Sequence)
    await clock.advance(1_000)
    expect(told).toEqual([[id, 'read', { sequence: 3 }]])
    results.push(limited)
    mark(id, 4 as Sequence)
    await clock.advance(1_000)
    mark(id, 4 as Sequence)
    await clock.advance(1_000)
    expect(told.slice(1)).toEqual(Array(2).fill([id, 'read', { sequence: 4 }]))
  })

  it('[VF16] is one profile at a time, five seconds apart, what waits told together, and again when the server asks for patience', async () => {
    const clock = new SimClock()
    const told: [number, unknown][] = []
    const results: CallResult<unknown>[] = []
    const startMs = clock.monotonicMs()
    const call = ({ body }: { body?: string }) => {
      told.push([clock.monotonicMs() - startMs, JSON.parse(body ?? '')])
      return Promise.resolve(results.shift() ?? { kind: 'answered', value: 'kept' })
    }
    const api = { audience: { apiUrl: 'https://chat.test', identity: {} }, call }
    const update = createUpdateVisitor({ api: api as never }, clock, new AbortController().signal)
    const first = update({ language: 'en' })
    await clock.advance(1_000)
    const second = update({ name: 'A' })
    expect(update({ name: 'Ann', email: null })).toBe(second)
    results.push(limited)
    await clock.advance(20_000)
    expect(told).toEqual([
      [0, { language: 'en' }],
      [5_000, { name: 'Ann', email: null }],
      [7_000, { name: 'Ann', email: null }],
    ])
    expect([await first, await second]).toEqual(Array(2).fill({ kind: 'answered', value: 'kept' }))
  })
})
