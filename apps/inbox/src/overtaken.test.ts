import type { ClientMessageId, Message, MessageRole, Sequence } from '@helvino/protocol'
import { describe, expect, it } from 'vitest'
import type { Draft } from './drafts.ts'
import { isOvertaken } from './overtaken.ts'

const draft = (text: string): Draft => ({ text, since: 3 as Sequence, editedAtMs: 0 })
const message = (sequence: number, role: MessageRole, id: string | null = null) =>
  ({ sequence, role, clientMessageId: id }) as Message
const own = new Set(['mine' as ClientMessageId])

describe('a draft', () => {
  it('[IN43] is overtaken by what a colleague says after it was begun, and by nothing else', () => {
    const answered = [message(3, 'agent'), message(4, 'user'), message(5, 'agent', 'theirs')]
    expect(isOvertaken(draft('half'), answered, own)).toBe(true)
    expect(isOvertaken(draft('half'), answered.slice(0, 2), own)).toBe(false)
    expect(isOvertaken(draft('half'), [message(4, 'agent', 'mine')], own)).toBe(false)
    expect(isOvertaken(draft(' '), answered, own)).toBe(false)
    expect(isOvertaken(undefined, answered, own)).toBe(false)
  })
})
