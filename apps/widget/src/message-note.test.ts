import type { OutboxEntry, TimelineItem } from '@helvino/client'
import { type ClientMessageId, decodeMessage } from '@helvino/protocol'
import { describe, expect, it } from 'vitest'
import { noteOf } from './message-note.ts'
import { stateOf } from './message-state.ts'
import { wordsOf } from './view-words.ts'
import { panelWords } from './words/en.ts'

const words = wordsOf(panelWords)

const pending = (delivery: OutboxEntry['delivery']): TimelineItem => {
  const id = 'k' as ClientMessageId
  return { kind: 'pending', key: id, entry: { id, conversationId: undefined, content: 'x', createdAtMs: 0, delivery } }
}

describe('the note under a message of one’s own', () => {
  it('[WN1] says Sending on the first try, and while others are before it (S11)', () => {
    expect(noteOf(pending({ state: 'queued', attempts: 0 }), false, words)).toBe('Sending')
    expect(noteOf(pending({ state: 'sending', attempts: 0 }), false, words)).toBe('Sending')
  })

  it('[WN2] says that it waits and will be sent once a try was in vain, also during the next try (S11)', () => {
    expect(noteOf(pending({ state: 'queued', attempts: 1 }), false, words)).toBe('Waiting, will be sent')
    expect(noteOf(pending({ state: 'sending', attempts: 1 }), false, words)).toBe('Waiting, will be sent')
    expect(noteOf(pending({ state: 'queued', attempts: 0 }), true, words)).toBe('Waiting, will be sent')
  })

  it('[WN3] says why it was refused, and never that it will be sent (S11)', () => {
    const failed = (code: string) => pending({ state: 'failed', code })
    expect(noteOf(failed('content_invalid'), true, words)).toBe('Not sent: the text was not accepted')
    expect(noteOf(failed('teapot'), true, words)).toBe('Not sent: it was refused (teapot)')
  })

  it('[WN5] tells a site that is not set up from a conversation that is gone', () => {
    const note = (code: string) => noteOf(pending({ state: 'failed', code }), false, words)
    expect(note('bootloader_not_found')).toBe('Not sent: this site’s chat is not set up correctly')
    expect(note('not_found')).toBe('Not sent: the conversation is gone')
    for (const code of ['origin_not_allowed', 'org_disabled']) expect(note(`bootloader_${code}`)).toBe(note(code))
  })

  it('[WN4] says Sent once the server has it (S11)', () => {
    const sent = {
      id: 'm',
      conversationId: 'c',
      sequence: 1,
      role: 'user',
      content: 'x',
      timestamp: '2026-01-01T00:00:00Z',
    }
    expect(stateOf({ kind: 'confirmed', key: 'k', message: decodeMessage(sent)! }, true)).toBe('sent')
  })
})
