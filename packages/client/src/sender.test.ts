import type { ConversationId, MessageId, PostedMessage, Sequence } from '@helvino/protocol'
import { SimClock, SimLife, SimRandom, SimValues } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { Outbox } from './outbox.ts'
import type { OutboxEntry } from './outbox-entry.ts'
import { type Delivery, Sender } from './sender.ts'

const conversationId = 'c1' as ConversationId
const unreachable: Delivery = { kind: 'unreachable', reason: 'down', retryAfterMs: undefined }

function rig({ mostAtOnce = 1, mostAnswered = 50, clock = new SimClock(), values = new SimValues(), seed = 2 } = {}) {
  const life = new SimLife()
  const stop = new AbortController()
  const scripted: Delivery[] = []
  const tries: { id: string; content: string; atMs: number }[] = []
  const accepted: string[] = []
  const attempts: boolean[] = []
  const requests: number[] = []
  let inFlight = 0
  let mostInFlight = 0
  let sequence = 0
  const storage = { get: () => undefined, set: () => false, remove: () => undefined }
  const laneOf = (entry: OutboxEntry) => entry.conversationId ?? 'own'
  const outbox: Outbox = new Outbox({
    ...{ name: 'owner', clock, random: new SimRandom(seed), values: [values.forTab(clock)], storage, laneOf },
    onChange: () => {
      sender.run()
    },
    onKept: () => undefined,
  })
  const deliver = async (entries: readonly OutboxEntry[]): Promise<readonly Delivery[]> => {
    for (const { id, content } of entries) tries.push({ id, content, atMs: clock.timeline.elapsedMs })
    requests.push(entries.length)
    inFlight += 1
    mostInFlight = Math.max(mostInFlight, inFlight)
    await new Promise<void>((resolve) => clock.startTimer(50, resolve))
    inFlight -= 1
    return entries.slice(0, mostAnswered).map(() => scripted.shift() ?? answered())
  }
  const answered = (): Delivery => {
    sequence += 1
    const value: PostedMessage = {
      id: `m${sequence}` as MessageId,
      sequence: sequence as Sequence,
      timestamp: undefined,
    }
    return { kind: 'answered', value, conversationId }
  }
  const sender = new Sender(
    outbox,
    laneOf,
    {
      mostAtOnce: () => mostAtOnce,
      clock,
      random: new SimRandom(3),
      life,
      deliver,
      onAccepted: (entry) => accepted.push(entry.content),
      onAttempt: (isAnswered) => attempts.push(isAnswered),
    },
    stop.signal,
  )
  const most = () => mostInFlight
  return { clock, life, stop, scripted, tries, accepted, attempts, requests, outbox, sender, most }
}

describe('the sender', () => {
  it('[SE1] has one request in flight per conversation, in the order of entry', async () => {
    const { clock, outbox, accepted, most } = rig()
    for (const text of ['a', 'b', 'c', 'd', 'e']) void outbox.enqueue(undefined, text)
    await clock.advance(1_000)
    expect(accepted).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(most()).toBe(1)
    expect(outbox.entries).toEqual([])
  })

  it('[SE2] keeps the order of messages when the first is retried, with the id that it has', async () => {
    const { clock, outbox, scripted, accepted, tries } = rig()
    scripted.push(unreachable, unreachable)
    for (const text of ['a', 'b', 'c']) void outbox.enqueue(undefined, text)
    await clock.advance(30_000)
    expect(accepted).toEqual(['a', 'b', 'c'])
    expect(new Set(tries.filter(({ content }) => content === 'a').map(({ id }) => id)).size).toBe(1)
    expect(tries.map(({ content }) => content)).toEqual(['a', 'a', 'a', 'b', 'c'])
  })

  it('[SE3] retries for as long as it takes, waiting at most 30 s while the page is seen and 300 s while it is hidden', async () => {
    const { clock, life, outbox, scripted, tries, accepted } = rig()
    for (let n = 0; n < 500; n += 1) scripted.push(unreachable)
    void outbox.enqueue(undefined, 'a')
    await clock.advance(600_000)
    const waits = (from: number) => tries.slice(from + 1).map(({ atMs }, n) => atMs - (tries[from + n]?.atMs ?? 0))
    expect(Math.max(...waits(0))).toBeLessThanOrEqual(30_051)
    expect(outbox.entries[0]?.delivery).toMatchObject({ state: 'queued' })
    life.emit('hidden')
    const before = tries.length
    await clock.advance(3_600_000)
    expect(Math.max(...waits(before))).toBeGreaterThan(100_000)
    expect(Math.max(...waits(before))).toBeLessThanOrEqual(300_051)
    scripted.length = 0
    await clock.advance(301_000)
    expect(accepted).toEqual(['a'])
  })

  it('[SE4] sets aside what is refused for good, visibly, and goes on with the next', async () => {
    const { clock, outbox, scripted, accepted } = rig()
    scripted.push({ kind: 'refused', code: 'content_invalid' })
    for (const text of ['bad', 'good']) void outbox.enqueue(undefined, text)
    await clock.advance(1_000)
    expect(accepted).toEqual(['good'])
    expect(outbox.entries).toMatchObject([{ content: 'bad', delivery: { state: 'failed', code: 'content_invalid' } }])
    const [failed] = outbox.entries
    if (failed) await outbox.retry(failed.id)
    await clock.advance(1_000)
    expect(accepted).toEqual(['good', 'bad'])
  })

  it('[SE5] never comes back sooner than Retry-After asked, not even in a hurry', async () => {
    const { clock, outbox, sender, scripted, tries } = rig()
    scripted.push({ ...unreachable, retryAfterMs: 60_000 })
    void outbox.enqueue(undefined, 'a')
    for (let second = 0; second < 59; second += 1) {
      await clock.advance(1_000)
      sender.hurry()
    }
    expect(tries).toHaveLength(1)
    await clock.advance(2_000)
    expect(tries).toHaveLength(2)
  })

  it('[SE5] heeds it for the next message too, where the one that it was said of has arrived meanwhile', async () => {
    const { clock, outbox, scripted, tries } = rig()
    scripted.push({ ...unreachable, retryAfterMs: 20_000 })
    const first = await Promise.all([outbox.enqueue(undefined, 'a'), clock.advance(20)])
    if (first[0].kind === 'queued') void outbox.settle(first[0].id)
    await clock.advance(40)
    void outbox.enqueue(undefined, 'b')
    await clock.advance(19_000)
    expect(tries.map(({ content }) => content)).toEqual(['a'])
    await clock.advance(2_000)
    expect(tries.map(({ content }) => content)).toEqual(['a', 'b'])
    expect(outbox.entries).toEqual([])
  })

  it('[SE6] cuts a wait short when there is a reason, at most every five seconds (S12, S23)', async () => {
    const { clock, outbox, sender, scripted, tries } = rig()
    for (let n = 0; n < 500; n += 1) scripted.push(unreachable)
    void outbox.enqueue(undefined, 'a')
    await clock.advance(120_000)
    const before = tries.length
    for (let tenth = 0; tenth < 100; tenth += 1) {
      sender.hurry()
      await clock.advance(100)
    }
    expect(tries.length - before).toBeGreaterThanOrEqual(2)
    expect(tries.length - before).toBeLessThanOrEqual(3)
  })

  it('[SE6] does not drop a reason that comes too soon after the last try', async () => {
    const { clock, outbox, sender, scripted, tries } = rig()
    for (let n = 0; n < 500; n += 1) scripted.push(unreachable)
    void outbox.enqueue(undefined, 'a')
    await clock.advance(120_000)
    const before = tries.length
    while (tries.length === before) await clock.advance(100)
    sender.hurry()
    await clock.advance(5_100)
    expect(tries.length - before).toBe(2)
  })

  it('[SE7] stops trying an entry that was settled while its request was under way', async () => {
    const { clock, outbox, scripted, tries, accepted } = rig()
    scripted.push(unreachable)
    void outbox.enqueue(undefined, 'seen on the socket')
    void outbox.enqueue(undefined, 'next')
    await clock.advance(10)
    const [entry] = outbox.entries
    if (entry) await outbox.settle(entry.id)
    await clock.advance(1_000)
    expect(tries.map(({ content }) => content)).toEqual(['seen on the socket', 'next'])
    expect(accepted).toEqual(['next'])
  })

  it('[SE8] leaves no timer and sends nothing once it is stopped', async () => {
    const { clock, stop, outbox, scripted, tries } = rig()
    scripted.push(unreachable)
    void outbox.enqueue(undefined, 'a')
    await clock.advance(100)
    stop.abort()
    await outbox.rest()
    await clock.advance(60_000)
    expect(tries).toHaveLength(1)
    expect(clock.pendingTimers).toBe(0)
  })

  it('[CV13] hears nothing of a request that was under way when it was stopped: the message is left to the next page', async () => {
    const { clock, stop, outbox, accepted, attempts } = rig()
    void outbox.enqueue(undefined, 'a')
    await clock.advance(20)
    stop.abort()
    await clock.advance(1_000)
    expect([accepted, attempts]).toEqual([[], []])
    expect(outbox.entries).toMatchObject([{ content: 'a', delivery: { state: 'sending', attempts: 0 } }])
  })

  it('[CV11] tries again what the answer to a batch says nothing of', async () => {
    const { clock, outbox, accepted, tries, attempts } = rig({ mostAtOnce: 50, mostAnswered: 1 })
    for (const text of ['a', 'b', 'c']) await outbox.enqueue(undefined, text)
    await clock.advance(100)
    expect(accepted).toEqual(['a', 'b'])
    expect(attempts).toEqual([true, false])
    await clock.advance(10_000)
    expect(accepted).toEqual(['a', 'b', 'c'])
    expect(new Set(tries.filter(({ content }) => content === 'c').map(({ id }) => id)).size).toBe(1)
  })

  it('[SE9] sends what waits behind the first in one request, and what a server takes singly one by one', async () => {
    const { clock, outbox, accepted, requests, most } = rig({ mostAtOnce: 3 })
    for (const text of ['a', 'b', 'c', 'd', 'e']) await outbox.enqueue(undefined, text)
    await clock.advance(1_000)
    expect(accepted).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(requests).toEqual([1, 3, 1])
    expect(most()).toBe(1)
  })

  it('[SE10] sets aside what is refused of a batch, takes what is stored, and tries the rest again', async () => {
    const { clock, outbox, scripted, accepted, tries, attempts } = rig({ mostAtOnce: 50 })
    for (const text of ['a', 'b', 'c', 'd']) await outbox.enqueue(undefined, text)
    await clock.advance(10)
    scripted.push({ kind: 'refused', code: 'idempotency_mismatch' }, { kind: 'refused', code: 'content_invalid' })
    await clock.advance(1_000)
    expect(outbox.entries).toMatchObject([
      { content: 'a', delivery: { state: 'failed' } },
      { content: 'b', delivery: { state: 'failed' } },
    ])
    expect(accepted).toEqual(['c', 'd'])
    expect(tries.filter(({ content }) => content === 'c')).toHaveLength(1)
    expect(attempts).not.toContain(false)
  })

  it('[SE2] keeps the order of a batch that is retried, with the ids that its messages have', async () => {
    const { clock, outbox, scripted, accepted, tries, requests } = rig({ mostAtOnce: 50 })
    for (const text of ['a', 'b', 'c']) await outbox.enqueue(undefined, text)
    scripted.push(unreachable, unreachable, unreachable, unreachable)
    await clock.advance(30_000)
    expect(accepted).toEqual(['a', 'b', 'c'])
    expect(requests).toEqual([1, 3, 3])
    for (const text of ['a', 'b', 'c'])
      expect(new Set(tries.filter(({ content }) => content === text).map(({ id }) => id)).size).toBe(1)
  })

  it('[SE11] makes no more retries than one for ten first tries and three in ten seconds, over all conversations, and drops nothing', async () => {
    const { clock, outbox, scripted, tries, accepted } = rig()
    for (let n = 0; n < 1_000; n += 1) scripted.push(unreachable)
    const conversations = Array.from({ length: 40 }, (_, n) => `c${n}` as ConversationId)
    for (const id of conversations) void outbox.enqueue(id, `to ${id}`)
    await clock.advance(120_000)
    const firsts = new Set<string>()
    const retriesAtMs = tries.flatMap(({ id, atMs }) => (firsts.has(id) ? atMs : (firsts.add(id), [])))
    expect(firsts.size).toBe(40)
    // Four were saved by the first tries.
    for (const sinceMs of retriesAtMs) {
      const inWindow = retriesAtMs.filter((atMs) => atMs >= sinceMs && atMs < sinceMs + 10_000)
      expect(inWindow.length).toBeLessThanOrEqual(3 + 4)
    }
    expect(retriesAtMs.length).toBeLessThanOrEqual(36 + 4)
    expect(retriesAtMs.length).toBeGreaterThanOrEqual(30)
    expect(outbox.entries).toHaveLength(40)
    scripted.length = 0
    await clock.advance(300_000)
    expect(accepted).toHaveLength(40)
  })

  it('[SE14] holds up nothing that was tried in vain before, once the server answers', async () => {
    const values = new SimValues()
    const clock = new SimClock()
    const first = rig({ values, clock, mostAtOnce: 20 })
    for (let n = 0; n < 200; n += 1) first.scripted.push(unreachable)
    for (let n = 1; n <= 20; n += 1) void first.outbox.enqueue(undefined, `text ${n}`)
    await clock.advance(5_000)
    first.stop.abort()
    void first.outbox.rest()
    const next = rig({ values, clock, seed: 5 })
    void next.outbox.load()
    await clock.advance(60_000)
    expect(next.accepted).toHaveLength(20)
    const [begunAtMs = 0, endedAtMs = 0] = [next.tries[0]?.atMs, next.tries.at(-1)?.atMs]
    expect(endedAtMs - begunAtMs).toBeLessThan(2_000)
  })

  it('[SE12] keeps a server’s Retry-After in every conversation, in every tab and over a reload', async () => {
    const values = new SimValues()
    const clock = new SimClock()
    const one = rig({ values, clock })
    one.scripted.push({ kind: 'unreachable', reason: 'busy', retryAfterMs: 120_000 })
    void one.outbox.enqueue('c1' as ConversationId, 'first')
    await clock.advance(1_000)
    void one.outbox.enqueue('c2' as ConversationId, 'second')
    await clock.advance(10_000)
    one.sender.hurry()
    await clock.advance(10_000)
    expect(one.tries).toHaveLength(1)
    one.stop.abort()
    void one.outbox.rest()
    const next = rig({ values, clock, seed: 5 })
    void next.outbox.enqueue('c3' as ConversationId, 'third')
    await clock.advance(90_000)
    expect(next.tries).toEqual([])
    await clock.advance(40_000)
    expect(next.accepted.toSorted()).toEqual(['first', 'second', 'third'])
  })

  it.each([
    ['a clock that was set back', { hold: { fromMs: 60_000, untilMs: 120_000 } }],
    ['a time longer than one can be', { hold: { fromMs: -10_000, untilMs: 7_200_000 } }],
    ['nonsense', { hold: { fromMs: 'x', untilMs: null } }],
  ])('[SE13] does not believe a kept Retry-After that makes no sense: %s', async (_name, { hold }) => {
    const values = new SimValues()
    const clock = new SimClock()
    const nowMs = clock.nowMs()
    const moved = Object.fromEntries(
      Object.entries(hold).map(([name, ms]) => [name, typeof ms === 'number' ? nowMs + ms : ms]),
    )
    await values.forTab(clock).update('owner', () => ({ entries: [], lanes: {}, hold: moved }))
    const { outbox, accepted } = rig({ values, clock })
    void outbox.enqueue('c1' as ConversationId, 'at once')
    await clock.advance(1_000)
    expect(accepted).toEqual(['at once'])
  })
})
