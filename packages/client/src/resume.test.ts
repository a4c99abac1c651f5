import type { ConversationId, Message, MessagePage, Sequence } from '@helvino/protocol'
import { SimClock, SimRandom } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import type { CallResult } from './call.ts'
import { resumedThreads } from './resumed-threads.ts'

const id = 'c1' as ConversationId
const message = (sequence: number) => ({ conversationId: id, sequence: sequence as Sequence }) as Message

/** A server that holds messages 1 to `latest`, in pages of 100. */
function rig(latest: number) {
  const clock = new SimClock()
  const stop = new AbortController()
  const asked: (number | undefined)[] = []
  const scripted: CallResult<MessagePage>[] = []
  let held: readonly Message[] = []
  const fetchPage = async (_: ConversationId, after: Sequence | undefined): Promise<CallResult<MessagePage>> => {
    asked.push(after)
    await new Promise<void>((resolve) => clock.startTimer(10, resolve))
    const next = scripted.shift()
    if (next) return next
    const from = after ?? Math.max(0, latest - 100)
    const sequences = Array.from({ length: Math.min(100, latest - from) }, (_item, n) => from + n + 1)
    return {
      kind: 'answered',
      value: { messages: sequences.map((sequence) => message(sequence)), latestSequence: latest as Sequence },
    }
  }
  const threads = resumedThreads(
    {
      ...{ clock, random: new SimRandom(1), fetchPage },
      onChange: (map) => {
        held = map.get(id)?.messages ?? []
      },
    },
    () => stop.signal,
  )
  const sequences = () => held.map(({ sequence }) => sequence as number)
  return { clock, stop, asked, scripted, threads, sequences }
}

describe('resume', () => {
  it('[RS1] fetches what is missing, page by page, and asks for nothing twice', async () => {
    const { clock, asked, threads, sequences } = rig(370)
    threads.addPage(id, { messages: [message(1), message(2)], latestSequence: 2 as Sequence }, 'newest')
    threads.add(message(370))
    threads.watch(id)
    await clock.advance(1_000)
    expect(asked).toEqual([2, 102, 202, 302])
    expect(sequences()).toEqual(Array.from({ length: 370 }, (_, n) => n + 1))
  })

  it('[RS2] begins with the newest page where nothing is held', async () => {
    const { clock, asked, threads, sequences } = rig(370)
    threads.watch(id)
    await clock.advance(1_000)
    expect(asked).toEqual([undefined])
    expect(sequences()).toEqual(Array.from({ length: 100 }, (_, n) => n + 271))
  })

  it('[RS5] asks once about every conversation where the network or the page was away, though no gap is known', async () => {
    const { clock, asked, threads, sequences } = rig(3)
    threads.watch(id)
    await clock.advance(100)
    expect(asked).toEqual([undefined])
    threads.resume()
    threads.resume()
    await clock.advance(100)
    expect(asked).toEqual([undefined, 3])
    expect(sequences()).toEqual([1, 2, 3])
    // What becomes doubtful while an answer is on its way is not settled by that answer.
    await clock.advance(5_000)
    const before = asked.length
    threads.resume()
    await clock.advance(5)
    threads.resume()
    await clock.advance(5_000)
    expect(asked.slice(before)).toEqual([3, 3])
  })

  it('[RS3] retries with backoff, at most 30 s apart, until it has everything or is told to stop', async () => {
    const { clock, asked, scripted, threads, sequences } = rig(3)
    for (let n = 0; n < 40; n += 1) scripted.push({ kind: 'unreachable', reason: 'down', retryAfterMs: undefined })
    threads.watch(id)
    await clock.advance(600_000)
    expect(asked.length).toBeGreaterThanOrEqual(20)
    expect(asked.length).toBeLessThanOrEqual(41)
    await clock.advance(600_000)
    expect(sequences()).toEqual([1, 2, 3])
    expect(clock.pendingTimers).toBe(0)
    const other = rig(3)
    other.scripted.push({ kind: 'unreachable', reason: 'down', retryAfterMs: undefined })
    other.threads.watch(id)
    await other.clock.advance(100)
    other.stop.abort()
    await other.clock.advance(60_000)
    expect(other.asked).toHaveLength(1)
    expect(other.clock.pendingTimers).toBe(0)
  })

  it('[RS4] does not hammer a server that tells of messages that it does not give', async () => {
    const { clock, asked, scripted, threads } = rig(0)
    for (let n = 0; n < 500; n += 1)
      scripted.push({ kind: 'answered', value: { messages: [], latestSequence: 9 as Sequence } })
    threads.watch(id)
    await clock.advance(600_000)
    expect(asked.length).toBeLessThanOrEqual(45)
  })
})
