import type { Conversation } from '@helvino/protocol'
import { describe, expect, it } from 'vitest'
import { withList } from './conversation-list.ts'

const conversation = (id: string, latestSequence: number) => ({ id, latestSequence }) as unknown as Conversation

describe('a list of conversations', () => {
  it('[IX10] does not take back what was heard of while it was under way', () => {
    const [a, b] = [conversation('a', 1), conversation('b', 1)]
    const [newer, unheard] = [conversation('b', 2), conversation('c', 1)]
    expect(withList([b, a], [a, b], [newer, unheard, a])).toEqual([newer, unheard, a])
    const [listedA, listedB] = [conversation('a', 5), conversation('b', 5)]
    expect(withList([listedB, listedA], [a, b], [a, b])).toEqual([listedB, listedA])
  })
})
