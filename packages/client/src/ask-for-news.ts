import { asRecord, type ConversationId, decodeList, jsonText, type Sequence } from '@helvino/protocol'
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

export type NewsApi = Pick<Api, 'read'>

export interface NewsQuestion {
  /** `undefined`: the list of all is asked for. */
  readonly own: NewsPoint | undefined
  /** On a hidden page no request is held: an origin has few connections over HTTP/1.1, and its other tabs need them. */
  readonly isVisible: boolean
}

/** The items of a list, each as a frame would have brought it, word for word: the names in it are the wire's. */
const asFrames = (list: 'messages' | 'conversations', type: 'message' | 'conversation') => (body: unknown) =>
  decodeList(asRecord(body)?.[list], (item) => jsonText({ type, [type]: item }))

/** One round for `LongPolling`: a held request for the next messages of a conversation, or the list of all. */
export async function askForNews(
  api: NewsApi,
  clock: Clock,
  { own, isVisible }: NewsQuestion,
  signal: AbortSignal,
): Promise<CallResult<News>> {
  const seldomMs = isVisible ? listEveryMs : hiddenEveryMs
  const heldMs = own && isVisible ? waitMs : 0
  const askedAtMs = clock.monotonicMs()
  const result = own
    ? await api.read(
        `/${own.id}/messages?after=${own.after}${heldMs ? `&waitMs=${heldMs}` : ''}`,
        asFrames('messages', 'message'),
        signal,
        heldMs,
      )
    : await api.read('', asFrames('conversations', 'conversation'), signal)
  if (result.kind !== 'answered') return result
  const frames = result.value
  // A server that cannot wait answers at once, with nothing.
  const wasHeld = own && (frames.length > 0 || clock.monotonicMs() - askedAtMs > waitMs / 2)
  return { kind: 'answered', value: { frames, againInMs: wasHeld ? breathMs : seldomMs } }
}
