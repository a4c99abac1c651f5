import type { SharedValues } from '@helvino/runtime'
import { describe, expect, it } from 'vitest'
import { browser, page } from '../tests/outbox-page.ts'

describe('where the outbox keeps messages', () => {
  it('[OB9] keeps nothing before a message is written', async () => {
    const { sim, open, advance } = browser()
    await open().outbox.load()
    await advance(60_000)
    expect([...sim.database.names, ...sim.texts.names, ...sim.storage.keys]).toEqual([])
  })

  it('[OB10] goes to text where the database is of no use, as do later pages until that is sent, then back', async () => {
    const { sim, open } = browser()
    const { outbox, tab } = open()
    await outbox.enqueue(undefined, 'in the database')
    sim.database.isBlocked = true
    await outbox.enqueue(undefined, 'as text')
    expect(outbox.durability).toBe('device')
    expect(outbox.entries).toHaveLength(2)
    tab.kill()
    sim.database.isBlocked = false
    const next = open()
    await next.outbox.load()
    expect(next.texts()).toEqual(['in the database', 'as text'])
    for (const { id } of next.outbox.entries) await next.outbox.settle(id)
    const last = open()
    await last.outbox.load()
    await last.outbox.enqueue(undefined, 'once more')
    expect(JSON.stringify(sim.database.get('owner'))).toContain('once more')
    expect(JSON.stringify(sim.texts.get('owner'))).not.toContain('once more')
  })

  it('[OB11] goes on from memory where nothing can be kept, and says so', async () => {
    const { sim, open } = browser()
    const { outbox, heads } = open()
    await outbox.enqueue(undefined, 'kept')
    expect(outbox.durability).toBe('device')
    sim.database.isBlocked = sim.texts.isBlocked = true
    for (const text of ['one', 'two', 'three']) await outbox.enqueue(undefined, text)
    expect(outbox.durability).toBe('page')
    expect(heads(50)).toEqual(['kept', 'one', 'two', 'three'])
    for (const { id } of outbox.entries) await outbox.settle(id)
    expect(outbox.entries).toEqual([])
  })

  it('[OB11] goes on where a step of the storage never ends', async () => {
    const { sim, open, advance } = browser()
    sim.database.isHanging = sim.texts.isHanging = true
    const { outbox, heads } = open()
    const taken = outbox.enqueue(undefined, 'text')
    await advance(8_000)
    await taken
    expect([outbox.durability, heads()]).toEqual(['page', ['text']])
    // Not waited for again.
    await outbox.enqueue(undefined, 'more')
    expect(heads(2)).toEqual(['text', 'more'])
  })

  it('[OB11] survives a storage that fails at any one call', async () => {
    for (let k = 1; k < 20; k += 1) {
      const { sim, open } = browser()
      sim.database.failsAt = (call) => call === k
      const { outbox, texts, tab } = open()
      await outbox.load()
      for (const text of ['a', 'b', 'c']) await outbox.enqueue(undefined, text)
      const [first] = outbox.entries
      if (first) await outbox.settle(first.id)
      expect(texts()).toEqual(['b', 'c'])
      tab.kill()
      const next = open()
      await next.outbox.load()
      // What was sent may be found once more, where its place could not be told: the server knows it by its id. Nothing is missing.
      expect(next.texts().filter((text) => text !== 'a')).toEqual(['b', 'c'])
    }
  })

  it('[OB12] puts back what was cleared under it', async () => {
    const { sim, open } = browser()
    const { outbox, texts, tab } = open()
    await outbox.enqueue(undefined, 'text')
    sim.database.clear()
    await outbox.sync()
    expect(texts()).toEqual(['text'])
    tab.kill()
    const next = open()
    await next.outbox.load()
    expect(next.texts()).toEqual(['text'])
  })

  it.each([
    ['no object', 7],
    ['another shape', { messages: ['x'] }],
    [
      'spoiled entries',
      { entries: [null, {}, { id: 'a b', content: 'x' }, { id: 'i', content: 9 }], lanes: { own: 3 } },
    ],
  ])('[OB13] makes do with a record that is %s', async (_what, value) => {
    const { sim, open } = browser()
    sim.database.set('owner', value)
    const { outbox, heads } = open()
    await outbox.load()
    expect(outbox.entries).toEqual([])
    await outbox.enqueue(undefined, 'text')
    expect([outbox.durability, heads()]).toEqual(['device', ['text']])
  })

  it('[CV16] keeps in the next step what was said of a message while the one before was being kept', async () => {
    const { sim, open, advance } = browser()
    const { outbox } = open()
    await outbox.enqueue(undefined, 'text')
    const [entry] = outbox.entries
    if (!entry) throw new Error('no entry')
    sim.database.delayMs = 20
    void outbox.mark(entry.id, { state: 'failed', code: 'content_invalid' })
    await advance(15)
    void outbox.retry(entry.id)
    await advance(40)
    const other = open()
    void other.outbox.load()
    await advance(40)
    expect(other.outbox.entries).toMatchObject([{ delivery: { state: 'queued', attempts: 0 } }])
  })

  it('[CV17] keeps nothing in a place that answers only after it was given up', async () => {
    const { sim, open, advance } = browser()
    sim.database.delayMs = 5_000
    const { outbox, heads } = open()
    const taken = outbox.enqueue(undefined, 'text')
    await advance(20_000)
    await taken
    expect([outbox.durability, heads()]).toEqual(['device', ['text']])
    expect([sim.database.get('owner'), sim.texts.get('owner')]).toMatchObject([
      undefined,
      { entries: [{ content: 'text' }] },
    ])
  })

  it('[CV18] counts the tries of a message from the start where their number cannot be read, and fails one of no known age', async () => {
    const { sim, open } = browser()
    const { clock } = open()
    const delivery = { state: 'queued', attempts: 'many' }
    const entries = [
      { id: 'i', content: 'text', createdAtMs: clock.nowMs(), delivery },
      { id: 'j', content: 'old text', createdAtMs: 'once', delivery },
    ]
    sim.database.set('owner', { entries, lanes: {} })
    const { outbox } = open()
    await outbox.load()
    expect(outbox.entries).toMatchObject([
      { id: 'i', delivery: { state: 'queued', attempts: 0 } },
      { id: 'j', delivery: { state: 'failed', code: 'expired' } },
    ])
  })

  it('[OB19] begins without a lesser place that never answers, and hears of it no more when it does', async () => {
    const { sim, open, advance } = browser()
    const left = { id: 'i', content: 'left there', createdAtMs: 0, delivery: { state: 'queued', attempts: 0 } }
    let answer = () => {}
    const silent: SharedValues = {
      update: (_name, change) =>
        new Promise((resolve) => {
          answer = () => {
            change({ entries: [left], lanes: {} })
            resolve(true)
          }
        }),
    }
    const { tab } = open()
    const { outbox, texts } = page([...tab.runtime.values.slice(0, 1), silent], { clock: tab.clock })
    const loaded = outbox.load()
    await advance(2_000)
    await loaded
    await outbox.enqueue(undefined, 'text')
    answer()
    await outbox.sync()
    expect([texts(), outbox.durability]).toEqual([['text'], 'device'])
    expect(sim.database.get('owner')).toMatchObject({ entries: [{ content: 'text' }] })
  })

  it('[OB18] shows a message once it is kept, and soon where that takes its time', async () => {
    const { sim, open, advance } = browser()
    const { outbox, shown, heads } = open()
    sim.database.delayMs = 20
    const first = outbox.enqueue(undefined, 'one')
    await advance(10)
    expect(shown).toEqual([])
    await advance(10)
    await first
    expect(shown).toEqual([['one']])
    sim.database.isHanging = true
    void outbox.enqueue(undefined, 'two')
    await advance(100)
    expect(shown).toEqual([['one'], ['one', 'two']])
    expect(heads(2)).toEqual(['one'])
  })

  it('[OB17] works where nothing outlives the page', async () => {
    const { outbox, heads } = page([])
    await outbox.load()
    await outbox.enqueue(undefined, 'text')
    expect([outbox.durability, heads()]).toEqual(['page', ['text']])
  })
})
