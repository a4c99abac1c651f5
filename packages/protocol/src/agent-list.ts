import { type AgentConversation, decodeAgentConversation, decodeConversationList } from './conversation.ts'
import { asRecord, asString } from './record.ts'

/** Which conversations a list shows, by whose task they are. */
export type ConversationView = 'all' | 'mine' | 'unassigned'

export const isConversationView = (value: unknown): value is ConversationView =>
  value === 'all' || value === 'mine' || value === 'unassigned'

/** One page of an agent's list, the most recently active first. */
export interface ConversationPage {
  readonly conversations: readonly AgentConversation[]
  /** Asks for the next page; `null`: this is the last one. A page of a search may be empty and have a next one. */
  readonly nextCursor: string | null
}

export function decodeConversationPage(value: unknown): ConversationPage | undefined {
  const conversations = decodeConversationList(value, decodeAgentConversation)
  return conversations && { conversations, nextCursor: asString(asRecord(value)?.['nextCursor']) ?? null }
}

/** How many open conversations there are, each at most `limits.countedConversations`: that many means that many or more. */
export interface ConversationCounts {
  readonly mine: number
  readonly unassigned: number
  readonly all: number
}

const decodeCount = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)

export function decodeConversationCounts(value: unknown): ConversationCounts | undefined {
  const record = asRecord(value)
  const mine = decodeCount(record?.['mine'])
  const unassigned = decodeCount(record?.['unassigned'])
  const all = decodeCount(record?.['all'])
  return mine === undefined || unassigned === undefined || all === undefined ? undefined : { mine, unassigned, all }
}
