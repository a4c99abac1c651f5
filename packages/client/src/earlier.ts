import { type ConversationId, decodeMessagePage, type MessagePage, type Sequence } from '@helvino/protocol'
import type { CallResult } from './call.ts'
import type { ChatClient } from './chat-client.ts'
import { type Thread, withMessages } from './thread.ts'

/** True where the conversation goes further back than what is held. */
export const hasEarlier = (thread: Thread | undefined): boolean => (thread?.floor ?? 0) > 0

/** Adds the page below the floor, and lowers it. A page that does not end there is left aside: what is held has changed since it was asked for. */
function withEarlierPage(thread: Thread, { messages, latestSequence }: MessagePage): Thread {
  const [oldest] = messages
  const isNext = messages.every(({ sequence }, index) => sequence === (thread.floor ?? 0) - messages.length + 1 + index)
  if (!oldest || !isNext || latestSequence < thread.latestSequence) return thread
  return { ...withMessages(thread, messages, latestSequence), floor: (oldest.sequence - 1) as Sequence }
}

/**
 * Fetches the page before what is held of a conversation; all callers share one request. Nothing is tried again by itself: the result says
 * what became of it, and `hasEarlier` whether there is more.
 */
export function createLoadEarlier(
  { api, threads, state }: Pick<ChatClient, 'api' | 'threads'> & { readonly state: () => ChatClient['state'] },
  signal: AbortSignal,
): (id: ConversationId) => Promise<CallResult<true>> {
  const loading = new Map<ConversationId, Promise<CallResult<true>>>()

  async function load(id: ConversationId, floor: number): Promise<CallResult<true>> {
    const result = await api.read(`/${id}/messages?before=${floor + 1}`, decodeMessagePage, signal)
    if (result.kind !== 'answered') return result
    const thread = state().threads.get(id)
    if (thread) threads.setThread(id, withEarlierPage(thread, result.value))
    return { kind: 'answered', value: true }
  }

  return (id) => {
    const floor = state().threads.get(id)?.floor ?? 0
    if (floor === 0) return Promise.resolve({ kind: 'answered', value: true })
    const underWay = loading.get(id)
    if (underWay) return underWay
    const started = load(id, floor).finally(() => loading.delete(id))
    loading.set(id, started)
    return started
  }
}
