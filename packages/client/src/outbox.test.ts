import { limits } from '@helvino/protocol'
import { describe, expect, it } from 'vitest'
import { browser, dayMs } from '../tests/outbox-page.ts'

describe('the outbox', () => {
  it('[OB1] keeps a message before it may be sent, and in the order of entry', async () => {
    const { sim, open, advance } = browser()
    sim.database.delayMs = 100
    const { outbox, texts, heads } = open()
    const first = outbox.enqueue(undefined, 'one')
    await advance(60)
    const second = outbox.enqueue(undefined, 'two')
    expect(texts()).toEqual(['one', 'two'])
    expect(heads(2)).toEqual([])
    await advance(50)
    await first
    // The first is safe, the second is not.
    expect(heads(2)).toEqual(['one'])
    await advance(100)
    await second
    expect(heads(2)).toEqual(['one', 'two'])
  })

  it('[OB2] gives each message an id of its own that stays the same through every state', async () => {
    const { outbox } = browser().open()
    const results = await Promise.all(Array.from({ length: 50 }, () => outbox.enqueue(undefined, 'same text')))
    const ids = results.map((result) => (result.kind === 'queued' ? result.id : undefined))
    expect(new Set(ids).size).toBe(50)
    const id = outbox.entries[0]?.id
    if (!id) throw new Error('no entry')
    await outbox.mark(id, { state: 'sending', attempts: 0 })
    expect(outbox.entries[0]?.delivery).toEqual({ state: 'sending', attempts: 0 })
    await outbox.mark(id, { state: 'failed', code: 'content_invalid' })
    expect(outbox.entries[0]?.delivery).toEqual({ state: 'failed', code: 'content_invalid' })
    await outbox.retry(id)
    expect(outbox.entries[0]).toMatchObject({ id, delivery: { state: 'queued', attempts: 0 } })
  })

  it('[OB3] says so where it is full, by number and by length, and takes nothing then', async () => {
    const { outbox } = browser().open()
    for (let n = 0; n < limits.outboxEntries; n += 1) await outbox.enqueue(undefined, 'x')
    expect(await outbox.enqueue(undefined, 'one more')).toMatchObject({
      kind: 'full',
      maxEntries: limits.outboxEntries,
    })
    expect(outbox.entries).toHaveLength(limits.outboxEntries)
    const other = browser().open().outbox
    const long = 'y'.repeat(limits.contentLength)
    let taken = 0
    while ((await other.enqueue(undefined, long)).kind === 'queued') taken += 1
    expect(taken).toBe(Math.floor(limits.outboxLength / limits.contentLength))
  })

  it('[OB4] refuses an empty text and one that is too long, each by name', async () => {
    const { outbox } = browser().open()
    expect(await outbox.enqueue(undefined, ' \n\t')).toEqual({ kind: 'empty' })
    expect(await outbox.enqueue(undefined, 'x'.repeat(limits.contentLength + 1))).toMatchObject({ kind: 'too-long' })
    expect(outbox.entries).toHaveLength(0)
  })

  it('[OB5] takes up what an earlier page left: what was being sent is queued again, with its id; another owner’s is never seen', async () => {
    const { open } = browser()
    const { outbox, tab } = open()
    await outbox.enqueue(undefined, 'left behind')
    const [entry] = outbox.entries
    if (!entry) throw new Error('no entry')
    await outbox.mark(entry.id, { state: 'queued', attempts: 2 })
    await outbox.mark(entry.id, { state: 'sending', attempts: 2 })
    tab.kill()
    const next = open()
    await next.outbox.load()
    expect(next.outbox.entries).toEqual([{ ...entry, delivery: { state: 'queued', attempts: 2 } }])
    const stranger = open('another owner')
    await stranger.outbox.load()
    expect(stranger.texts()).toEqual([])
  })

  it('[OB6] shows the same messages in the same order in every tab that looks, and what one settles is settled in all', async () => {
    const { open } = browser()
    const tabs = [open(), open(), open()] as const
    await Promise.all(tabs.map(({ outbox }, n) => outbox.enqueue(undefined, `text ${n}`)))
    for (const { outbox } of tabs) await outbox.sync()
    const [first] = tabs[0].texts()
    expect(tabs[0].texts()).toHaveLength(3)
    for (const { texts } of tabs) expect(texts()).toEqual(tabs[0].texts())
    const [settled] = tabs[2].outbox.entries
    if (settled) await tabs[2].outbox.settle(settled.id)
    for (const { outbox } of tabs) await outbox.sync()
    for (const { texts } of tabs) expect(texts()).toEqual(tabs[2].texts())
    expect(tabs[2].texts()).not.toContain(first)
  })

  it('[OB7] lets one tab at a time send from a lane, and no other take it over while that one lives', async () => {
    const { open, advance } = browser()
    const [one, two] = [open(), open()]
    await one.outbox.enqueue(undefined, 'text')
    await two.outbox.enqueue(undefined, 'more')
    for (let second = 0; second < 120; second += 1) {
      await advance(1_000)
      expect([one.heads().length, two.heads().length]).toEqual([1, 0])
    }
  })

  it.each([
    ['killed', (tab: { kill(): void }) => tab.kill()],
    ['frozen', (tab: { clock: { freezeTimers(): void } }) => tab.clock.freezeTimers()],
  ] as const)('[OB8] hands a lane over within 30 s where its tab is %s', async (_how, lose) => {
    const { open, advance } = browser()
    const [one, two] = [open(), open()]
    await one.outbox.enqueue(undefined, 'text')
    await two.outbox.load()
    await advance(5_000)
    expect(two.heads()).toEqual([])
    lose(one.tab)
    await advance(30_000)
    expect(two.heads()).toEqual(['text'])
    one.tab.clock.thawTimers()
    await advance(1_000)
    expect(one.heads()).toEqual([])
  })

  it('[OB8] hands a lane over at once where its page is left, though it dies before it can say so in the database', async () => {
    const { sim, open } = browser()
    const [one, two] = [open(), open()]
    await one.outbox.enqueue(undefined, 'text')
    sim.database.delayMs = 100
    void one.outbox.rest()
    one.tab.kill()
    sim.database.delayMs = 0
    await two.outbox.load()
    expect(two.heads()).toEqual(['text'])
  })

  it('[OB8] gives a page that was left and returns its part again', async () => {
    const { open, advance } = browser()
    const [one, two] = [open(), open()]
    await one.outbox.enqueue(undefined, 'text')
    await one.outbox.rest()
    await two.outbox.load()
    expect([one.heads(), two.heads()]).toEqual([[], ['text']])
    two.tab.kill()
    await one.outbox.wake()
    await advance(30_000)
    expect(one.heads()).toEqual(['text'])
    const three = open()
    await three.outbox.load()
    expect(three.heads()).toEqual([])
  })

  it('[OB8] is held up by no lease from before the clock was set back', async () => {
    const { sim, open } = browser()
    const [one, two] = [open(), open()]
    await one.outbox.enqueue(undefined, 'text')
    one.tab.kill()
    sim.stepWallClock(-6 * 3_600_000)
    await two.outbox.load()
    expect(two.heads()).toEqual(['text'])
  })

  it('[OB14] fails a message visibly after seven days, and gives it as long again by hand', async () => {
    const { open, advance } = browser()
    const { outbox, heads } = open()
    await outbox.enqueue(undefined, 'text')
    await advance(limits.outboxMs - dayMs)
    expect(heads()).toEqual(['text'])
    await advance(dayMs + 60_000)
    const [entry] = outbox.entries
    expect(entry?.delivery).toEqual({ state: 'failed', code: 'expired' })
    expect(heads()).toEqual([])
    if (entry) await outbox.retry(entry.id)
    expect(heads()).toEqual(['text'])
  })

  it('[OB15] gives together what fits into one request, of one conversation', async () => {
    const { outbox, heads } = browser().open()
    const half = 'x'.repeat(limits.contentLength / 2)
    for (const text of [half, half, 'y']) await outbox.enqueue(undefined, text)
    expect(heads(50)).toEqual([half, half])
    expect(heads(1)).toEqual([half])
  })

  it('[CV14] tells the other tabs nothing of a message that was settled already', async () => {
    const { outbox, keptCount } = browser().open()
    await outbox.enqueue(undefined, 'text')
    const [entry] = outbox.entries
    if (!entry) throw new Error('no entry')
    await outbox.settle(entry.id)
    const told = keptCount()
    await outbox.settle(entry.id)
    expect(keptCount()).toBe(told)
  })

  it('[CV15] holds back for the longest time that the server has asked for', async () => {
    const { outbox } = browser().open()
    outbox.hold(60_000)
    outbox.hold(1_000)
    expect(outbox.heldMs).toBe(60_000)
    outbox.hold(90_000)
    expect(outbox.heldMs).toBe(90_000)
  })

  it('[OB16] leaves no timer once nothing waits', async () => {
    const { open, advance } = browser()
    const { outbox, tab } = open()
    await outbox.enqueue(undefined, 'text')
    await advance(60_000)
    const [entry] = outbox.entries
    if (entry) await outbox.settle(entry.id)
    expect(tab.clock.pendingTimers).toBe(0)
  })
})
