import type { ChatState } from '@helvino/client'
import type { AgentConversation, ConversationStatus } from '@helvino/protocol'

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

/** What tells visitors apart who have not said their name: four letters and digits of the public id. */
export const visitorName = ({ visitorId }: Pick<AgentConversation, 'visitorId'>): string =>
  visitorId
    .replaceAll(/^p_|[^a-z\d]/gi, '')
    .slice(0, 4)
    .toUpperCase()
