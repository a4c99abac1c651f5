import type { AgentConversation, Conversation } from '@helvino/protocol'

type AnyConversation = Conversation | AgentConversation

const activeAt = (conversation: AnyConversation): string =>
  'activeAt' in conversation ? conversation.activeAt : conversation.createdAt

/** Replaces or adds a conversation; the most recently active first. ISO 8601 in UTC sorts as text. */
export function withConversation(
  list: readonly AnyConversation[],
  changed: AnyConversation,
): readonly AnyConversation[] {
  const others = list.filter(({ id }) => id !== changed.id)
  return [changed, ...others].sort((a, b) => activeAt(b).localeCompare(activeAt(a)))
}
