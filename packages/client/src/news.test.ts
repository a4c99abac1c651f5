import type { Message, Sequence } from '@helvino/protocol'
import { describe, expect, it } from 'vitest'
import { isNews } from './news.ts'
import { emptyThread, type Thread } from './thread.ts'

const visitor = { kind: 'visitor', role: 'user' } as const
const agent = { kind: 'agent', role: 'agent' } as const
const message = (role: string, sequence: number) => ({ role, sequence }) as unknown as Message
/** Its newest page is held: messages up to 7. */
const thread: Thread = { ...emptyThread, floor: 3 as Sequence, latestSequence: 7 as Sequence }

describe('what is news', () => {
  it('[NW1] is what the other side says from now on', () => {
    expect(isNews(message('agent', 8), thread, visitor)).toBe(true)
    expect(isNews(message('user', 8), thread, agent)).toBe(true)
    for (const own of ['user', 'system']) expect(isNews(message(own, 8), thread, visitor)).toBe(false)
    expect(isNews(message('agent', 8), thread, agent)).toBe(false)
  })

  it('[NW2] is no history, however late it comes', () => {
    for (const sequence of [1, 3, 5, 7]) expect(isNews(message('agent', sequence), thread, visitor)).toBe(false)
    expect(isNews(message('agent', 1), emptyThread, visitor)).toBe(false)
  })

  it('[NW3] is what an agent hears of a conversation that is not kept', () => {
    expect(isNews(message('user', 1), undefined, agent)).toBe(true)
    expect(isNews(message('agent', 1), undefined, visitor)).toBe(false)
  })
})
