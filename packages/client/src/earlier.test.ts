import type { ConversationId, Message, Sequence } from '@helvino/protocol'
import { describe, expect, it } from 'vitest'
import type { CallResult } from './call.ts'
import { createLoadEarlier, hasEarlier } from './earlier.ts'
import { Threads, type ThreadsByConversation } from './threads.ts'

const id = 'c1' as ConversationId
const message = (sequence: number) =>
  ({ id: `m${sequence}`, conversationId: id, sequence: sequence as Sequence }) as Message
const between = (first: number, last: number) =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => message(first + index))

/** A client that holds the newest page of a conversation of `latest` messages. */
function rig(latest: number) {
  let held: ThreadsByConversation = new Map()
  const asked: string[] = []
  const gaps: string[] = []
  const answers: CallResult<never>[] = []
  const hooks = { beforeAnswer: () => undefined as void }
  const threads = new Threads(
    (map) => (held = map),
    (gap) => gaps.push(gap),
  )
  threads.addPage(id, { messages: between(latest - 99, latest), latestSequence: latest as Sequence }, 'newest')
  const listMessages = (of: ConversationId, before: number, _: AbortSignal, side: string) => {
    asked.push(`/${of}/messages?${side}=${before}`)
    hooks.beforeAnswer()
    const page = { messages: between(Math.max(1, before - 100), before - 1), latestSequence: latest as Sequence }
    return Promise.resolve(answers.shift() ?? { kind: 'answered', value: page })
  }
  const loadEarlier = createLoadEarlier(
    {
      ...{ api: { listMessages } as never, threads },
      get state() {
        return { threads: held } as never
      },
    },
    new AbortController().signal,
  )
  const sequences = () => held.get(id)?.messages.map(({ sequence }) => Number(sequence))
  return { threads, loadEarlier, asked, gaps, answers, hooks, sequences, thread: () => held.get(id) }
}

describe('earlier messages', () => {
  it('[VF14] come page by page until the first, each asked for once, and leave no gap', async () => {
    const { loadEarlier, asked, gaps, sequences, thread } = rig(250)
    expect(hasEarlier(thread())).toBe(true)
    await Promise.all([loadEarlier(id), loadEarlier(id)])
    expect(asked).toEqual(['/c1/messages?before=151'])
    expect([sequences()?.[0], hasEarlier(thread())]).toEqual([51, true])
    await loadEarlier(id)
    expect(sequences()).toEqual(between(1, 250).map(({ sequence }) => Number(sequence)))
    expect(hasEarlier(thread())).toBe(false)
    await loadEarlier(id)
    expect(asked).toHaveLength(2)
    expect(gaps).toEqual([])
    expect(hasEarlier(undefined)).toBe(false)
  })

  it('[VF15] are asked for again after a failure, and left aside where what is held has changed meanwhile', async () => {
    const { threads, loadEarlier, answers, hooks, sequences, asked } = rig(250)
    answers.push({ kind: 'unreachable', reason: 'offline', retryAfterMs: undefined })
    expect((await loadEarlier(id)).kind).toBe('unreachable')
    hooks.beforeAnswer = () => {
      // Too much was missed: what was held is dropped.
      threads.resume([{ id, latestSequence: 900 as Sequence, recovered: false }])
      threads.addPage(id, { messages: between(801, 900), latestSequence: 900 as Sequence }, 'newest')
    }
    await loadEarlier(id)
    expect([sequences()?.[0], sequences()?.length, asked.length]).toEqual([801, 100, 2])
  })

  it('[VF20] are none where a line has told of all of them again', () => {
    const { threads, thread, sequences } = rig(131)
    expect(hasEarlier(thread())).toBe(true)
    for (const told of between(1, 131)) threads.add(told)
    expect([sequences()?.length, hasEarlier(thread())]).toEqual([131, false])
  })
})
