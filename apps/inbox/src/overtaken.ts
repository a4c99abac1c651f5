import type { ClientMessageId, Message } from '@helvino/protocol'
import type { Draft } from './drafts.ts'

/** Somebody else of the team has answered since the draft was begun. `own`: what this agent has sent. */
export const isOvertaken = (
  draft: Draft | undefined,
  messages: readonly Message[],
  own: ReadonlySet<ClientMessageId>,
): boolean =>
  draft !== undefined &&
  draft.text.trim() !== '' &&
  messages.some(
    ({ role, sequence, clientMessageId }) =>
      role === 'agent' && sequence > draft.since && !(clientMessageId && own.has(clientMessageId)),
  )
