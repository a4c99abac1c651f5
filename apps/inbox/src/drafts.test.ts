import type { ConversationId, Sequence } from '@helvino/protocol'
import { SimClock, SimStorage } from '@helvino/testkit'
import { beforeEach, describe, expect, it } from 'vitest'
import { draftLimits, Drafts } from './drafts.ts'

const name = 'helvino/o1/agent/u1/drafts'
const id = (value: string) => value as ConversationId
const newest = 3 as Sequence

describe('drafts', () => {
  let storage: SimStorage
  let clock: SimClock
  const open = (named = name) => new Drafts({ storage, clock, name: named })
  const write = (drafts: Drafts, key: string, text: string) => {
    drafts.change(id(key), newest, () => text)
  }
  const textIn = (drafts: Drafts, key: string) => drafts.all.get(id(key))?.text

  beforeEach(() => {
    storage = new SimStorage()
    clock = new SimClock()
  })

  it('[IN35] outlive the page, each with its conversation, and are gone once they are empty', () => {
    const drafts = open()
    write(drafts, 'a', 'half a reply')
    write(drafts, 'b', 'another')
    write(drafts, 'b', '')
    expect([...open().all.keys()]).toEqual(['a'])
    expect(textIn(open(), 'a')).toBe('half a reply')
    write(drafts, 'a', '')
    expect(storage.keys).toEqual([])
  })

  it("[IN36] are never another agent's", () => {
    write(open(), 'a', 'mine')
    expect(open('helvino/o1/agent/u2/drafts').all.size).toBe(0)
  })

  it('[IN37] are at most fifty: the one that was longest left alone goes', async () => {
    const drafts = open()
    for (let count = 0; count <= draftLimits.count; count += 1) {
      write(drafts, `c${String(count)}`, 'x')
      await clock.advance(1)
    }
    expect(drafts.all.size).toBe(draftLimits.count)
    expect(textIn(open(), 'c0')).toBeUndefined()
    expect(textIn(open(), 'c1')).toBe('x')
  })

  it('[IN37] are kept up to a length, and shown in full while the page lives', () => {
    const drafts = open()
    write(drafts, 'a', 'x'.repeat(draftLimits.length + 5))
    write(drafts, 'b', 'y')
    drafts.read()
    expect(textIn(drafts, 'a')).toHaveLength(draftLimits.length + 5)
    expect(textIn(open(), 'a')).toHaveLength(draftLimits.length)
  })

  it('[IN37] are kept for thirty days after the last word', async () => {
    write(open(), 'a', 'old')
    await clock.advance(draftLimits.ms - 1)
    expect(textIn(open(), 'a')).toBe('old')
    await clock.advance(1)
    expect(open().all.size).toBe(0)
  })

  it('[IN38] show what another tab wrote, and lose nothing of it to a word of their own', () => {
    const one = open()
    const other = open()
    write(one, 'a', 'by one')
    write(other, 'b', 'by the other')
    expect(textIn(open(), 'a')).toBe('by one')
    let renders = 0
    one.subscribe(() => (renders += 1))
    one.read()
    expect(textIn(one, 'b')).toBe('by the other')
    expect(renders).toBe(1)
  })

  it('[IN39] live as long as the page where the browser keeps nothing', () => {
    storage.isBlocked = true
    const drafts = open()
    write(drafts, 'a', 'one')
    write(drafts, 'b', 'two')
    drafts.read()
    expect([textIn(drafts, 'a'), textIn(drafts, 'b')]).toEqual(['one', 'two'])
  })

  it.each([
    '',
    '{',
    '[]',
    '{"a":7,"b":{"text":7,"editedAtMs":9e15},"c":{"text":"x"},"!":{"text":"x","editedAtMs":9e15}}',
  ])('[IN40] are none where what is kept makes no sense: %s', (kept) => {
    storage.set(name, kept)
    expect(open().all.size).toBe(0)
  })

  it('[IN41] know the newest message of when they were begun', () => {
    const drafts = open()
    write(drafts, 'a', 'x')
    drafts.change(id('a'), 9 as Sequence, (text) => `${text}y`)
    expect(drafts.all.get(id('a'))).toMatchObject({ text: 'xy', since: 3 })
    expect(open().all.get(id('a'))?.since).toBe(3)
  })
})
