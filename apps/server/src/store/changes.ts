import type { AgentConversation, ConversationId, Message, OrgId, Sequence } from '@helvino/protocol'
import type { Clock, Random } from '@helvino/runtime'

/** What one write has changed of a conversation. Whoever is told of it reads the rest. */
export interface Change {
  readonly orgId: OrgId
  readonly conversationId: ConversationId
  /** Of the message that was stored; `undefined` where only the conversation itself changed. */
  readonly sequence: Sequence | undefined
  /** `agents`: nothing that the visitor may see has changed. */
  readonly audience: 'everybody' | 'agents'
}

/** What another server has changed and committed, as it was read here afterwards. */
export interface ForeignChange {
  readonly orgId: OrgId
  /** As it is now: it may be further than these messages. */
  readonly conversation: AgentConversation
  /** Stored by that change, in the order of their sequence. */
  readonly messages: readonly Message[]
  readonly audience: Change['audience']
}

export interface OtherServersListener {
  /** In the order of the commits of each server. */
  onChange(change: ForeignChange): void
  /** Whatever another server has passed on. */
  onPassed(event: object): void
  /** Something may have been missed: what is stored has to be read. */
  onMissed(): void
  /** Hears, once until it goes on, why nothing is heard of the others. */
  onFailing(error: unknown): void
}

/** The other servers on the same database. What they commit is heard of by itself; what is not stored is passed on. */
export interface OtherServers {
  /** Resolves after the first try; where that fails, others follow by themselves. Never rejects. */
  listen(world: { readonly clock: Clock; readonly random: Random }, listener: OtherServersListener): Promise<void>
  /** Hands on what is of no use a few seconds later: at most once, and not at all where it is larger than 7 kB or too many wait. */
  pass(event: object): void
}
