import type { ClientMessageId, ConversationId } from '@helvino/protocol'
import { describe, expect, it } from 'vitest'
import { Untold } from './untold.ts'

const message = (key: string) => ({
  conversationId: 'c1' as ConversationId,
  clientMessageId: key as ClientMessageId,
})

describe('messages that may be stored untold', () => {
  it('[CV53] are told once each, and each that comes again once there were more than can be remembered', () => {
    const untold = new Untold()
    untold.note([message('a')])
    expect([untold.take(message('a')), untold.take(message('a'))]).toEqual([true, false])
    untold.note(Array.from({ length: 10_000 }, (_, index) => message(String(index))))
    expect([untold.take(message('0')), untold.take(message('another'))]).toEqual([true, false])
    untold.note([message('0'), message('one more')])
    for (const key of ['1', 'one more', 'another']) {
      expect([untold.take(message(key)), untold.take(message(key))]).toEqual([true, true])
    }
  })
})
