import type { ConversationId, Sequence } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { Api } from './api.ts'
import type { CallResult } from './call.ts'
import type { News } from './long-polling.ts'

/** How long the server may hold a request that brings nothing, in ms: as long as it does at most. */
const waitMs = 25_000
const listEveryMs = 10_000
const hiddenEveryMs = 30_000
/** Between rounds that bring something: a server that repeats itself is not asked without end. */
const breathMs = 500

/** A conversation to wait in, and what of it is held. */
export interface NewsPoint {
  readonly id: ConversationId
  readonly after: Sequence
}

export type NewsApi = Pick<Api, 'listMessages' | 'listConversations'>

export interface NewsQuestion {
  /** `undefined`: the list of all is asked for. */
  readonly own: NewsPoint | undefined
  /** On a hidden page no request is held: an origin has few connections over HTTP/1.1, and its other tabs need them. */
  readonly isVisible: boolean
}

/** One round for `LongPolling`: a held request for the next messages of a conversation, or the list of all. */
export async function askForNews(
  api: NewsApi,
  clock: Clock,
  { own, isVisible }: NewsQuestion,
  signal: AbortSignal,
): Promise<CallResult<News>> {
  if (!own) {
    const result = await api.listConversations(signal)
    if (result.kind !== 'answered') return result
    const frames = result.value.map((conversation) => ({ type: 'conversation', conversation }) as const)
    return { kind: 'answered', value: { frames, againInMs: isVisible ? listEveryMs : hiddenEveryMs } }
  }
  const askedAtMs = clock.monotonicMs()
  const result = await api.listMessages(own.id, own.after, signal, isVisible ? waitMs : 0)
  if (result.kind !== 'answered') return result
  const frames = result.value.messages.map((message) => ({ type: 'message', message }) as const)
  // A server that cannot wait answers at once, with nothing.
  const wasHeld = frames.length > 0 || clock.monotonicMs() - askedAtMs > waitMs / 2
  const againInMs = wasHeld ? breathMs : isVisible ? listEveryMs : hiddenEveryMs
  return { kind: 'answered', value: { frames, againInMs } }
}
