import type { ConversationId, Sequence } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { ChatClient } from './chat-client.ts'

// Messages that come together are marked together.
const settledAfterMs = 300

/**
 * Tells the server how far the client's owner has read: the furthest mark of a conversation within 300 ms, never one that was told before. Best
 * effort: one that did not arrive is told with the next, or when it is set again; one that was refused is not told again.
 */
export function createMarkRead(
  chat: Pick<ChatClient, 'act'>,
  clock: Clock,
): (id: ConversationId, sequence: Sequence) => void {
  const marked = new Map<ConversationId, Sequence>()
  const waiting = new Set<ConversationId>()

  async function tell(id: ConversationId, sequence: Sequence): Promise<void> {
    // Quoted, since the server reads it: unquoted, the widget's build shortens it.
    const result = await chat.act(id, 'read', { ['sequence']: sequence })
    if (result.kind === 'unreachable' && marked.get(id) === sequence) marked.delete(id)
  }

  return (id, sequence) => {
    if (sequence <= (marked.get(id) ?? 0)) return
    marked.set(id, sequence)
    if (waiting.has(id)) return
    waiting.add(id)
    clock.startTimer(settledAfterMs, () => {
      waiting.delete(id)
      void tell(id, marked.get(id) ?? sequence)
    })
  }
}
