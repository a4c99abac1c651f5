import type { ConversationId } from '@helvino/protocol'
import type { TokenRenewer } from '@helvino/token/core'
import { type Api, tokenFailure } from './api.ts'
import type { CallResult } from './call.ts'
import type { Outbox } from './outbox.ts'
import type { OutboxEntry } from './outbox-entry.ts'
import type { Delivery } from './sender.ts'

export interface DeliverPorts {
  readonly renewer: TokenRenewer
  readonly api: Api
  readonly outbox: Outbox
  /** True where the server numbers every message: an answer without a number is then not the server's. */
  readonly isSequenced: () => boolean
  readonly openConversation: (signal: AbortSignal) => Promise<CallResult<ConversationId>>
  /** The server does not know this conversation (any more). */
  readonly onGone: (id: ConversationId) => void
  /** One more (+1) or one fewer (-1) write waits for a token. */
  readonly onWaiting: (change: 1 | -1) => void
}

/** One attempt for one entry: a valid token first, then a conversation to put it in, then the message. Never rejects. */
export function createDeliver(ports: DeliverPorts) {
  const { renewer, api, outbox, isSequenced, openConversation, onGone, onWaiting } = ports

  async function awaitToken(signal: AbortSignal): Promise<CallResult<never> | undefined> {
    const waitingBefore = renewer.snapshot().waiting
    const token = renewer.ensureValidToken({ signal })
    // In an outage a token that is due and still valid serves at once: then nobody waits, and nothing is shown.
    const isWaiting = renewer.snapshot().waiting > waitingBefore
    if (isWaiting) onWaiting(1)
    try {
      await token
      return undefined
    } catch (error) {
      return tokenFailure(error)
    } finally {
      if (isWaiting) onWaiting(-1)
    }
  }

  return async (entry: OutboxEntry, signal: AbortSignal): Promise<Delivery> => {
    const failure = renewer.isTokenExpiredOrExpiring() ? await awaitToken(signal) : undefined
    if (failure) return failure
    let { conversationId } = entry
    if (conversationId === undefined) {
      const opened = await openConversation(signal)
      if (opened.kind !== 'answered') return opened
      conversationId = opened.value
      // Settled before the first attempt: the id is unique within its conversation, so a repeat must go to the same one.
      await outbox.assign(entry.id, conversationId)
    }
    const result = await api.postMessage(conversationId, entry.content, entry.id, signal)
    if (result.kind === 'refused' && result.code === 'not_found') onGone(conversationId)
    // Something in between said yes to it (a portal that wants a login, say): the message has its key, so that asking again is safe.
    if (result.kind === 'answered' && result.value.sequence === undefined && isSequenced())
      return { kind: 'unreachable', reason: "an answer that is not the server's", retryAfterMs: undefined }
    return { ...result, conversationId }
  }
}
