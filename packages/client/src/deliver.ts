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

/** One attempt for entries of one conversation: a valid token first, then the conversation to put them in, then the messages. Never rejects. */
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

  /** The conversation that these entries are for, made where there is none yet. */
  async function settleConversation(
    entries: readonly OutboxEntry[],
    signal: AbortSignal,
  ): Promise<CallResult<ConversationId>> {
    const known = entries[0]?.conversationId
    const opened = known === undefined ? await openConversation(signal) : ({ kind: 'answered', value: known } as const)
    // Settled before the first attempt: the id is unique within its conversation, so a repeat must go to the same one.
    if (opened.kind === 'answered') {
      const free = entries.filter(({ conversationId }) => conversationId === undefined)
      await Promise.all(free.map(({ id }) => outbox.assign(id, opened.value)))
    }
    return opened
  }

  return async (entries: readonly OutboxEntry[], signal: AbortSignal): Promise<readonly Delivery[]> => {
    const failure = renewer.isTokenExpiredOrExpiring() ? await awaitToken(signal) : undefined
    const settled = failure ?? (await settleConversation(entries, signal))
    if (settled.kind !== 'answered') return entries.map(() => settled)
    const conversationId = settled.value
    const results = await api.postMessages(conversationId, entries, signal)
    return results.map((result): Delivery => {
      if (result.kind === 'refused' && result.code === 'not_found') onGone(conversationId)
      if (result.kind !== 'answered') return result
      // Something in between said yes to it (a portal that wants a login, say): the message has its key, so that asking again is safe.
      if (result.value.sequence === undefined && isSequenced())
        return { kind: 'unreachable', reason: 'an answer that cannot be read', retryAfterMs: undefined }
      return { ...result, conversationId }
    })
  }
}
