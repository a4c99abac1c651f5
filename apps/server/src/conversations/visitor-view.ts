import type { AgentConversation, Conversation } from '@helvino/protocol'

/** What a visitor may know of their conversation; how far agents have read, and the list's preview, stay with the agents. */
export function asVisitorSees({
  id,
  createdAt,
  status,
  latestSequence,
}: AgentConversation | Conversation): Conversation {
  return { id, createdAt, status, latestSequence }
}
