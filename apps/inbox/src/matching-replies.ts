import type { SavedReply } from '@helvino/protocol'

/** As many as a glance takes in. */
export const mostMatches = 8

/** What a text asks the saved replies for, in small letters: it is a slash and a part of a shortcut, or the slash alone. `undefined`: nothing. */
export const askedReply = (text: string): string | undefined => /^\/([a-z0-9-]*)$/i.exec(text)?.[1]?.toLowerCase()

/** The replies that a text asks for; those whose shortcut begins so come first. */
export function matchingReplies(text: string, replies: readonly SavedReply[]): readonly SavedReply[] {
  const asked = askedReply(text)
  if (asked === undefined) return []
  const starting = replies.filter(({ shortcut }) => shortcut.startsWith(asked))
  const holding = replies.filter(({ shortcut }) => !shortcut.startsWith(asked) && shortcut.includes(asked))
  return [...starting, ...holding].slice(0, mostMatches)
}
