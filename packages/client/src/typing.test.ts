import { type ConversationId, type Message, typingLimits } from '@helvino/protocol'
import { SimClock } from '@helvino/testkit'
import { beforeEach, describe, expect, it } from 'vitest'
import { Typing } from './typing.ts'

const id = (value: string) => value as ConversationId
const { everyMs, lastsMs } = typingLimits

describe('typing', () => {
  let clock: SimClock
  let typing: Typing
  let told: ConversationId[]
  let changes: number

  beforeEach(() => {
    clock = new SimClock()
    told = []
    changes = 0
    typing = new Typing({ clock, tell: (conversationId) => told.push(conversationId) })
    typing.subscribe(() => (changes += 1))
  })

  const hear = (conversation: string, name?: string) => {
    const role = name === undefined ? 'user' : 'agent'
    typing.hear({ type: 'typing', conversationId: id(conversation), role, ...(name !== undefined && { name }) })
  }
  const hearMessage = (conversation: string, role: Message['role']) => {
    const message = { conversationId: id(conversation), role } as Message
    typing.hear({ type: 'message', message })
  }
  const names = (conversation: string) => typing.typists.get(id(conversation))?.map(({ role, name }) => name ?? role)

  it('[TY1] is told of a conversation at once, and then once in 3 s at most', async () => {
    typing.note(id('a'))
    typing.note(id('a'))
    await clock.advance(everyMs - 1)
    typing.note(id('b'))
    expect(told).toEqual(['a'])
    await clock.advance(1)
    typing.note(id('b'))
    expect(told).toEqual(['a', 'b'])
  })

  it('[TY2] shows who writes, by conversation, and ends by itself when it is not heard of again', async () => {
    hear('a', 'Ada')
    await clock.advance(1_000)
    hear('a', 'Bob')
    hear('b')
    expect([names('a'), names('b')]).toEqual([['Ada', 'Bob'], ['user']])
    await clock.advance(lastsMs - 1_001)
    expect(names('a')).toEqual(['Ada', 'Bob'])
    await clock.advance(1)
    expect(names('a')).toEqual(['Bob'])
    await clock.advance(1_000)
    expect(typing.typists.size).toBe(0)
    expect(clock.pendingTimers).toBe(0)
  })

  it('[TY2] goes on for whoever is heard of again, and tells nobody of what has not changed', async () => {
    hear('a', 'Ada')
    for (let round = 0; round < 5; round += 1) {
      await clock.advance(everyMs)
      hear('a', 'Ada')
    }
    expect(names('a')).toEqual(['Ada'])
    expect(changes).toBe(1)
  })

  it('[TY3] ends with a message of that side in that conversation', () => {
    hear('a', 'Ada')
    hear('a')
    hear('b', 'Ada')
    hearMessage('a', 'agent')
    expect([names('a'), names('b')]).toEqual([['user'], ['Ada']])
    hearMessage('a', 'user')
    hearMessage('b', 'agent')
    expect(typing.typists.size).toBe(0)
    expect(clock.pendingTimers).toBe(0)
  })
})
