import type { ChatState } from '@helvino/client'
import type { AgentConversation, ConversationId, ConversationStatus, ConversationView } from '@helvino/protocol'
import { words } from './words/en.ts'

/** The agent's conversations of one status, the most recently active first. */
export function listingOf(
  conversations: ChatState['conversations'],
  status: ConversationStatus | undefined,
): readonly AgentConversation[] {
  return conversations
    .filter((conversation) => 'activeAt' in conversation)
    .filter((conversation) => status === undefined || conversation.status === status)
    .sort((a, b) => b.activeAt.localeCompare(a.activeAt))
}

export const isUnread = ({ latestSequence, readSequence }: AgentConversation): boolean => latestSequence > readSequence

/** Whether the agent `userId` finds it under `view`. */
export function isInView({ assigneeId }: AgentConversation, view: ConversationView, userId: string): boolean {
  switch (view) {
    case 'all':
      return true
    case 'mine':
      return assigneeId === userId
    case 'unassigned':
      return assigneeId === null
  }
}

/** What tells visitors apart who have not said their name: four letters and digits of the public id. */
export const visitorName = ({ visitorId }: Pick<AgentConversation, 'visitorId'>): string =>
  visitorId
    .replaceAll(/^p_|[^a-z\d]/gi, '')
    .slice(0, 4)
    .toUpperCase()

type Named = Pick<AgentConversation, 'visitorId' | 'visitorName' | 'visitorEmail'>

/** What a visitor is called: their name, else their address, else a stand-in that stays the same. */
export const visitorTitle = (conversation: Named): string =>
  [conversation.visitorName, conversation.visitorEmail].find((known) => known !== null && known.trim() !== '') ??
  words.visitor(visitorName(conversation))

/** One or two letters that stand for a name. */
export function initialsOf(name: string): string {
  const [first = '', ...more] = name.split(/[\s@._-]+/).filter((part) => part !== '')
  const last = name.includes('@') ? '' : (more.at(-1) ?? '')
  return [first, last]
    .map((part) => Array.from(part)[0] ?? '')
    .join('')
    .toUpperCase()
}

export type KnownConversations = ReadonlyMap<ConversationId, AgentConversation>

/** Many times what a day brings: what is forgotten is asked for again when it is scrolled to. */
export const mostKnown = 2_000

/**
 * What is known with what was just heard, the newer word counting. Where it is an answer, `asked` is what was known when it was asked for: of a
 * conversation that was heard of since, the answer is the older word. Beyond `mostKnown` the ones longest unheard of go.
 */
export function learned(
  known: KnownConversations,
  heard: ChatState['conversations'],
  asked = known,
): KnownConversations {
  const fresh = heard
    .filter((conversation) => 'activeAt' in conversation)
    .filter(({ id }) => known.get(id) === asked.get(id))
  if (fresh.every((conversation) => known.get(conversation.id) === conversation)) return known
  const all = new Map(known)
  for (const conversation of fresh) {
    all.delete(conversation.id)
    all.set(conversation.id, conversation)
  }
  return all.size > mostKnown ? new Map([...all].slice(-mostKnown)) : all
}
