import type { ConversationId, Sequence } from '@helvino/protocol'
import type { CallResult } from './call.ts'
import type { ChatClient } from './chat-client.ts'
import type { Thread } from './thread.ts'

/** True where the conversation goes further back than what is held. */
export const hasEarlier = (thread: Thread | undefined): boolean => (thread?.floor ?? 0) > 0

/**
 * Fetches the page before what is held of a conversation; all callers share one request. Nothing is tried again by itself: the result says
 * what became of it, and `hasEarlier` whether there is more.
 */
export function createLoadEarlier(
  chat: Pick<ChatClient, 'api' | 'threads' | 'state'>,
  signal: AbortSignal,
): (id: ConversationId) => Promise<CallResult<true>> {
  const loading = new Map<ConversationId, Promise<CallResult<true>>>()

  async function load(id: ConversationId, floor: number): Promise<CallResult<true>> {
    const result = await chat.api.listMessages(id, (floor + 1) as Sequence, signal, 'before')
    if (result.kind !== 'answered') return result
    if (chat.threads.has(id)) chat.threads.addEarlier(id, result.value)
    return { kind: 'answered', value: true }
  }

  return (id) => {
    const floor = chat.state.threads.get(id)?.floor ?? 0
    if (floor === 0) return Promise.resolve({ kind: 'answered', value: true })
    const underWay = loading.get(id)
    if (underWay) return underWay
    const started = load(id, floor).finally(() => loading.delete(id))
    loading.set(id, started)
    return started
  }
}
