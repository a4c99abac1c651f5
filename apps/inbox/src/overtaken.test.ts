import type { Message, MessageRole, Sequence } from '@helvino/protocol'
import { describe, expect, it } from 'vitest'
import type { Draft } from './drafts.ts'
import { overtakenBy } from './overtaken.ts'

const draft = (text: string): Draft => ({ text, since: 3 as Sequence, editedAtMs: 0 })
const message = (sequence: number, role: MessageRole, authorId?: string) => ({ sequence, role, authorId }) as Message

describe('a draft', () => {
  it('[IN43] is overtaken by what a colleague says after it was begun, and by nothing else', () => {
    const answered = [message(3, 'agent', 'bob'), message(4, 'user'), message(5, 'agent', 'bob')]
    expect(overtakenBy(draft('half'), answered, 'ada')).toBe(answered[2])
    expect(overtakenBy(draft('half'), answered.slice(0, 2), 'ada')).toBeUndefined()
    expect(overtakenBy(draft('half'), [message(4, 'agent', 'ada')], 'ada')).toBeUndefined()
    expect(overtakenBy(draft(' '), answered, 'ada')).toBeUndefined()
    expect(overtakenBy(undefined, answered, 'ada')).toBeUndefined()
  })
})
