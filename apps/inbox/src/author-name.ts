import type { Message } from '@helvino/protocol'
import { words } from './words/en.ts'

export interface ThreadPeople {
  /** Who reads here. */
  readonly userId: string
  /** What members of the team are called, by user id. */
  readonly names: ReadonlyMap<string, string>
  /** What the visitor is called; `null`: they have not said. */
  readonly visitorName: string | null
}

/** Who wrote a message, as `userId` reads it. Of a colleague who has left, and of an old message, nobody knows more than that it was the team. */
export function authorName(
  { role, authorId }: Pick<Message, 'role' | 'authorId'>,
  { userId, names, visitorName }: ThreadPeople,
): string {
  if (role === 'user') return visitorName ?? words.thread.author.user
  if (authorId === undefined) return words.thread.author[role]
  return authorId === userId ? words.thread.you : (names.get(authorId) ?? words.thread.author[role])
}
