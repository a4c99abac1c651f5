import type { AgentConversation, Conversation, Message } from '@helvino/protocol'

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

/** A message as whoever asks may see it: which agent wrote it is the team's own matter. */
export const messageFor = (audience: 'visitor' | 'agent', message: Message): Message =>
  audience === 'agent' ? message : { ...message, authorId: undefined }
