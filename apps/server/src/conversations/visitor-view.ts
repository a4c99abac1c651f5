import type { AgentConversation, Conversation } from '@helvino/protocol'

/** What a visitor may know of their conversation; the list's preview, and what is known of them, stay with the agents. */
export function asVisitorSees({
  id,
  createdAt,
  status,
  latestSequence,
  readSequence,
}: AgentConversation | Conversation): Conversation {
  return { id, createdAt, status, latestSequence, readSequence }
}
