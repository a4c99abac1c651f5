import type {
  AgentConversation,
  ConversationId,
  Message,
  Note,
  OrgId,
  PublicVisitorId,
  VisitorProfile,
} from '@helvino/protocol'

/** Something that is committed and that the sessions of one conversation should hear of. */
export interface ConversationEvent {
  readonly orgId: OrgId
  readonly conversationId: ConversationId
  /** Whose conversation it is: that visitor's sessions hear it, and the org's agents. */
  readonly visitorId: PublicVisitorId
  readonly conversation: AgentConversation
  /** Absent where only the conversation itself changed. */
  readonly message: Message | undefined
  /** `agents`: nothing that the visitor may see has changed. */
  readonly audience: 'everybody' | 'agents'
}

/** Somebody writes in a conversation. Of no use a few seconds later, and never stored. */
export interface TypingEvent {
  readonly orgId: OrgId
  readonly conversationId: ConversationId
  /** Whose conversation it is. */
  readonly visitorId: PublicVisitorId
  readonly typing: Typist
}

/** `userId` is for the server alone: no session is told of its own agent. */
export type Typist =
  { readonly role: 'user' } | { readonly role: 'agent'; readonly userId: string; readonly name: string }

/** The profile of a visitor has changed. For agents alone. */
export interface VisitorEvent {
  readonly orgId: OrgId
  readonly profile: VisitorProfile
}

/** A private note that is committed. It is for agents, whoever's conversation it stands beside. */
export interface NoteEvent {
  readonly orgId: OrgId
  readonly conversationId: ConversationId
  readonly note: Note
}

/** Conversations that are deleted for good. For agents alone. */
export interface GoneEvent {
  readonly orgId: OrgId
  readonly gone: readonly ConversationId[]
}

export type FanOutEvent = ConversationEvent | TypingEvent | VisitorEvent | NoteEvent | GoneEvent

/** Carries events to every session on every node. At most once: resume by sequence makes a lost event harmless. */
export interface FanOut {
  publish(event: FanOutEvent): void
  /** Returns the unsubscribe. */
  subscribe(listener: (event: FanOutEvent) => void): () => void
  /** Hears that events of other nodes may have been lost: whoever follows conversations reads what is stored. Returns the unsubscribe. */
  onLoss(listener: () => void): () => void
}
