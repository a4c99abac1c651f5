import type { Message } from '@helvino/protocol'
import type { Draft } from './drafts.ts'

/** What somebody else of the team, not `userId`, has answered since the draft was begun; the newest of it. */
export const overtakenBy = (
  draft: Draft | undefined,
  messages: readonly Message[],
  userId: string,
): Message | undefined =>
  draft === undefined || draft.text.trim() === ''
    ? undefined
    : messages.findLast(
        ({ role, sequence, authorId }) => role === 'agent' && sequence > draft.since && authorId !== userId,
      )
