import type { ConversationId, Message, MessageId, Sequence } from '@helvino/protocol'
import { expect, it } from 'vitest'
import { messageFor } from './visitor-view.ts'

const message: Message = {
  ...{ id: 'm1' as MessageId, conversationId: 'c1' as ConversationId, sequence: 1 as Sequence },
  ...{ role: 'agent', kind: 'text', content: 'hello', attachments: [], timestamp: '2026-01-05T09:00:00.000Z' },
  ...{ clientMessageId: null, authorId: 'u1' },
}

it('[CV54] tells an agent which agent wrote a message, and a visitor not', () => {
  expect(messageFor('agent', message)).toEqual(message)
  const { authorId: _, ...rest } = message
  expect(JSON.parse(JSON.stringify(messageFor('visitor', message)))).toEqual(rest)
})
