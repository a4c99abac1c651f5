import type { SavedReply } from '@helvino/protocol'

/** As many as a glance takes in. */
export const mostMatches = 8

/** The replies that a text asks for which is a slash and the start of a shortcut, or a part of one: starts come first. */
export function matchingReplies(text: string, replies: readonly SavedReply[]): readonly SavedReply[] {
  const asked = /^\/([a-z0-9-]*)$/i.exec(text)?.[1]?.toLowerCase()
  if (asked === undefined) return []
  const starting = replies.filter(({ shortcut }) => shortcut.startsWith(asked))
  const holding = replies.filter(({ shortcut }) => !shortcut.startsWith(asked) && shortcut.includes(asked))
  return [...starting, ...holding].slice(0, mostMatches)
}
