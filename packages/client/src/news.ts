import type { Message } from '@helvino/protocol'
import type { Audience } from './audience.ts'
import type { Thread } from './thread.ts'

/**
 * True of what the other side has said just now, or while nobody heard: it is no history. An agent hears of conversations that are not kept, too:
 * `thread` is `undefined` then.
 */
export const isNews = (
  { role, sequence }: Message,
  thread: Thread | undefined,
  audience: Pick<Audience, 'kind' | 'role'>,
): boolean => {
  if (role === audience.role || role === 'system') return false
  return thread ? thread.floor !== undefined && sequence > thread.latestSequence : audience.kind === 'agent'
}
