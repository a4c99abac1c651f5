import type { ConversationId, Message, MessagePage, Sequence } from '@helvino/protocol'
import { SimClock, SimRandom } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import type { CallResult } from './call.ts'
import { resumedThreads } from './resumed-threads.ts'

const id = 'c1' as ConversationId
const message = (sequence: number, history = '') =>
  ({ id: `${history}${sequence}`, conversationId: id, sequence: sequence as Sequence }) as Message

/** A server that holds messages 1 to `latest`, in pages of 100. `setBack`: it gets an older copy, which has grown anew since. */
function rig(latest: number) {
  let common = latest
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
      value: {
        messages: sequences.map((sequence) => message(sequence, sequence > common ? 'other ' : '')),
        latestSequence: latest as Sequence,
      },
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
  const ids = () => held.map((each) => each.id as string)
  const setBack = (to: number, grownTo: number) => {
    common = to
    latest = grownTo
  }
  return { clock, stop, asked, scripted, threads, sequences, ids, setBack }
}

describe('resume', () => {
  it('[RS1] fetches what is missing, page by page, and none twice but the last one that is held', async () => {
    const { clock, asked, threads, sequences } = rig(370)
    threads.addPage(id, { messages: [message(1), message(2)], latestSequence: 2 as Sequence }, 'newest')
    threads.add(message(370))
    threads.watch(id)
    await clock.advance(1_000)
    expect(asked).toEqual([1, 100, 199, 298])
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
    expect(asked).toEqual([undefined, 2])
    expect(sequences()).toEqual([1, 2, 3])
    // What becomes doubtful while an answer is on its way is not settled by that answer.
    await clock.advance(5_000)
    const before = asked.length
    threads.resume()
    await clock.advance(5)
    threads.resume()
    await clock.advance(5_000)
    expect(asked.slice(before)).toEqual([2, 2])
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

  it.each([
    ['2 of 4 are left', 2, 2, ['1', '2']],
    ['3 of 4 are left', 3, 3, ['1', '2', '3']],
    ['none is left', 0, 0, []],
    ['as many as before', 2, 4, ['1', '2', 'other 3', 'other 4']],
    ['more than before', 3, 6, ['1', '2', '3', 'other 4', 'other 5', 'other 6']],
  ])('[RS6] drops what the store has lost to an older copy: %s', async (_, to, grownTo, expected) => {
    const { clock, threads, ids, setBack } = rig(4)
    threads.watch(id)
    await clock.advance(100)
    setBack(to, grownTo)
    threads.resume()
    await clock.advance(5_000)
    expect(ids()).toEqual(expected)
    expect(threads.nextAfter(id)).toBeUndefined()
  })

  it('[RS6] drops a message that an older copy has lost though everything before it is there', async () => {
    const { clock, threads, ids } = rig(4)
    threads.watch(id)
    await clock.advance(100)
    const held = ids()
    threads.add(message(9, 'lost '))
    await clock.advance(5_000)
    expect(ids()).toEqual(held)
    expect(threads.nextAfter(id)).toBeUndefined()
  })

  it('[RS6] drops what an older copy has lost as soon as a message comes that has the place of another', async () => {
    const { clock, threads, ids, setBack } = rig(1)
    threads.watch(id)
    await clock.advance(100)
    setBack(0, 2)
    threads.add(message(1, 'other '))
    await clock.advance(5_000)
    expect(ids()).toEqual(['other 1', 'other 2'])
  })
})
