import { limits } from '@helvino/protocol'
import { SimClock, SimRandom } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { Outbox } from './outbox.ts'
import type { OutboxEntry } from './outbox-entry.ts'
import { memoryOutboxStores, type OutboxStore } from './outbox-store.ts'

const anyLane = () => true

function rig(store: OutboxStore = memoryOutboxStores()('test')) {
  const clock = new SimClock()
  const outbox = new Outbox(store, clock, new SimRandom(1), () => undefined)
  return { clock, outbox, store }
}

describe('the outbox', () => {
  it('[OB1] keeps a message before it may be sent, and in the order of entry', async () => {
    const saved: (() => void)[] = []
    const kept: OutboxEntry[] = []
    const { outbox } = rig({
      load: () => Promise.resolve([]),
      put: (entry) =>
        new Promise((resolve) => {
          saved.push(() => {
            kept.push(entry)
            resolve(true)
          })
        }),
      remove: () => Promise.resolve(),
    })
    const first = outbox.enqueue(undefined, 'one')
    const second = outbox.enqueue(undefined, 'two')
    expect(outbox.entries.map(({ content }) => content)).toEqual(['one', 'two'])
    saved[1]?.()
    await second
    // The second is safe, the first is not: nothing may overtake it.
    expect(outbox.head(anyLane)).toBeUndefined()
    saved[0]?.()
    await first
    expect(outbox.head(anyLane)?.content).toBe('one')
    expect(kept).toHaveLength(2)
  })

  it('[OB2] gives each message an id of its own that stays the same through every state', async () => {
    const { outbox } = rig()
    const results = await Promise.all(Array.from({ length: 50 }, () => outbox.enqueue(undefined, 'same text')))
    const ids = results.map((result) => (result.kind === 'queued' ? result.id : undefined))
    expect(new Set(ids).size).toBe(50)
    const id = outbox.entries[0]?.id
    if (!id) throw new Error('no entry')
    await outbox.mark(id, { state: 'sending', attempts: 0 })
    await outbox.mark(id, { state: 'failed', code: 'content_invalid' })
    await outbox.mark(id, { state: 'queued', attempts: 0 })
    expect(outbox.entries[0]?.id).toBe(id)
  })

  it('[OB3] says so where it is full, by number and by length, and takes nothing then', async () => {
    const { outbox } = rig()
    for (let n = 0; n < limits.outboxEntries; n += 1) await outbox.enqueue(undefined, 'x')
    expect(await outbox.enqueue(undefined, 'one more')).toMatchObject({
      kind: 'full',
      maxEntries: limits.outboxEntries,
    })
    expect(outbox.entries).toHaveLength(limits.outboxEntries)
    const other = rig().outbox
    const long = 'y'.repeat(limits.contentLength)
    let taken = 0
    while ((await other.enqueue(undefined, long)).kind === 'queued') taken += 1
    expect(taken).toBe(Math.floor(limits.outboxLength / limits.contentLength))
  })

  it('[OB4] refuses an empty text and one that is too long, each by name', async () => {
    const { outbox } = rig()
    expect(await outbox.enqueue(undefined, ' \n\t')).toEqual({ kind: 'empty' })
    expect(await outbox.enqueue(undefined, 'x'.repeat(limits.contentLength + 1))).toMatchObject({ kind: 'too-long' })
    expect(outbox.entries).toHaveLength(0)
  })

  it('[OB5] takes up what an earlier page left: what was being sent is queued again, with its id', async () => {
    const stores = memoryOutboxStores()
    const { outbox, store } = rig(stores('owner'))
    await outbox.enqueue(undefined, 'left behind')
    const [entry] = outbox.entries
    if (!entry) throw new Error('no entry')
    await store.put({ ...entry, delivery: { state: 'sending', attempts: 2 } })
    const next = rig(stores('owner')).outbox
    await next.load()
    expect(next.entries).toEqual([{ ...entry, delivery: { state: 'queued', attempts: 2 } }])
    const stranger = rig(stores('another owner')).outbox
    await stranger.load()
    expect(stranger.entries).toEqual([])
  })
})
