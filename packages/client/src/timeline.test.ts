import type { ClientMessageId, ConversationId, Message, MessageId, Sequence } from '@helvino/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OutboxEntry } from './outbox-entry.ts'
import { contiguousSequence, emptyThread, hasGap, withMessages, withNewestPage, withUnsequenced } from './thread.ts'
import { timeline } from './timeline.ts'

const message = (sequence: number, clientMessageId: string | null = null): Message => ({
  id: `m${sequence}` as MessageId,
  conversationId: 'c1' as ConversationId,
  sequence: sequence as Sequence,
  role: 'user',
  kind: 'text',
  content: `text ${sequence}`,
  attachments: [],
  timestamp: '2027-01-01T00:00:00.000Z',
  clientMessageId: clientMessageId as ClientMessageId | null,
})
const entry = (id: string): OutboxEntry => ({
  id: id as ClientMessageId,
  conversationId: 'c1' as ConversationId,
  content: `text of ${id}`,
  createdAtMs: 0,
  delivery: { state: 'queued', attempts: 0 },
})
const zero = 0 as Sequence

describe('a thread', () => {
  it('[TL1] holds each message once, in the order of its sequence, however it arrives', () => {
    const arrivals = fc.array(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 10 }), { maxLength: 10 })
    fc.assert(
      fc.property(arrivals, (batches) => {
        const thread = batches.reduce(
          (held, batch) =>
            withMessages(
              held,
              batch.map((sequence) => message(sequence)),
              zero,
            ),
          emptyThread,
        )
        const expected = [...new Set(batches.flat())].sort((a, b) => a - b)
        expect(thread.messages.map(({ sequence }) => sequence)).toEqual(expected)
      }),
    )
  })

  it('[TL2] sees the first message missing where the second came before it to an empty conversation', () => {
    const empty = withNewestPage(emptyThread, { messages: [], latestSequence: zero })
    expect(hasGap(empty)).toBe(false)
    const second = withMessages(empty, [message(2)], zero)
    expect([contiguousSequence(second), hasGap(second)]).toEqual([0, true])
    const early = withNewestPage(withMessages(emptyThread, [message(3)], zero), {
      messages: [message(5), message(6)],
      latestSequence: 6 as Sequence,
    })
    expect([contiguousSequence(early), hasGap(early)]).toEqual([3, true])
    const later = withNewestPage(emptyThread, { messages: [message(101)], latestSequence: 101 as Sequence })
    expect([contiguousSequence(later), hasGap(later)]).toEqual([101, false])
  })

  it('[TL2] knows how far it is without a gap, and that something is missing', () => {
    const thread = withMessages(emptyThread, [message(4), message(5), message(7)], zero)
    expect(contiguousSequence(thread)).toBe(5)
    expect(hasGap(thread)).toBe(true)
    const filled = withMessages(thread, [message(6)], zero)
    expect(contiguousSequence(filled)).toBe(7)
    expect(hasGap(filled)).toBe(false)
    expect(hasGap(withMessages(filled, [], 9 as Sequence))).toBe(true)
    expect(withMessages(filled, [message(6)], zero)).toBe(filled)
  })
})

describe('the timeline', () => {
  it('[TL3] shows a message once, whether pending, confirmed or both, under one key', () => {
    const pending = timeline(emptyThread, [entry('a'), entry('b')])
    const both = timeline(withMessages(emptyThread, [message(1, 'a')], zero), [entry('a'), entry('b')])
    expect(pending.map(({ kind, key }) => [kind, key])).toEqual([
      ['pending', 'a'],
      ['pending', 'b'],
    ])
    expect(both.map(({ kind, key }) => [kind, key])).toEqual([
      ['confirmed', 'a'],
      ['pending', 'b'],
    ])
  })

  it('[TL4] keeps what a server without sequences took, after the others and before what is pending', () => {
    const accepted = { clientMessageId: 'a' as ClientMessageId, content: 'hi', timestamp: undefined }
    const thread = withUnsequenced(withUnsequenced(emptyThread, accepted), accepted)
    expect(timeline(thread, [entry('a'), entry('b')]).map(({ kind, key }) => [kind, key])).toEqual([
      ['accepted', 'a'],
      ['pending', 'b'],
    ])
  })

  it('[CV21] shows once what a server took without a sequence and tells with one later', () => {
    const accepted = { clientMessageId: 'a' as ClientMessageId, content: 'hi', timestamp: undefined }
    const thread = withMessages(withUnsequenced(emptyThread, accepted), [message(1, 'a')], zero)
    expect(timeline({ ...thread, unsequenced: [accepted] }, []).map(({ kind, key }) => [kind, key])).toEqual([
      ['confirmed', 'a'],
    ])
  })
})
