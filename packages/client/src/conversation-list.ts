import type { AgentConversation, Conversation } from '@helvino/protocol'
import type { Audience } from './audience.ts'

type AnyConversation = Conversation | AgentConversation

/** Replaces or adds a conversation: the changed one first, or in the order of the audience. */
export function withConversation(
  list: readonly AnyConversation[],
  changed: AnyConversation,
  order: Audience['order'],
): readonly AnyConversation[] {
  const all = [changed, ...list.filter(({ id }) => id !== changed.id)]
  return order ? all.sort(order) : all
}

/** The list as it was answered, but for what was heard between the question, when it was `asked`, and now: that is newer. */
export function withList(
  listed: readonly AnyConversation[],
  asked: readonly AnyConversation[],
  now: readonly AnyConversation[],
): readonly AnyConversation[] {
  const heard = now.filter((one) => !asked.includes(one))
  return [...heard, ...listed.filter(({ id }) => !heard.some((one) => one.id === id))]
}
