import type { AgentConversation, Conversation, ConversationId, UsedConfig } from '@helvino/protocol'
import type { ConnectionState } from './connection.ts'
import { type DeliveryHealth, healthyDelivery } from './delivery-health.ts'
import type { Durability } from './outbox.ts'
import type { OutboxEntry } from './outbox-entry.ts'
import type { Thread } from './thread.ts'

/** Everything a view needs, as one immutable value. */
export interface ChatState {
  readonly connection: ConnectionState
  readonly delivery: DeliveryHealth
  /** The organisation's settings as last heard; `undefined` on the agent's side and before the first answer. */
  readonly config: UsedConfig | undefined
  /** What the organisation calls itself; `undefined` on the agent's side and before the first answer. */
  readonly orgName: string | undefined
  /** A visitor's own, or the agent's list, in the server's order. */
  readonly conversations: readonly (Conversation | AgentConversation)[]
  /** True once the server has answered what conversations there are. */
  readonly isListed: boolean
  /** The visitor's own conversation, once it is known. */
  readonly currentId: ConversationId | undefined
  readonly threads: ReadonlyMap<ConversationId, Thread>
  readonly outbox: readonly OutboxEntry[]
  /** Whether what waits in the outbox outlives this page. */
  readonly durability: Durability
}

/** Before anything has been loaded or heard. */
export const initialChatState: ChatState = {
  connection: { state: 'offline' },
  delivery: healthyDelivery,
  config: undefined,
  orgName: undefined,
  conversations: [],
  isListed: false,
  currentId: undefined,
  threads: new Map(),
  outbox: [],
  durability: 'device',
}
