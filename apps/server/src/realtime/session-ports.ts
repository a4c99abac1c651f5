import type { Conversation, ConversationId, MessageId, MessagePage, RefusalCode, Sequence } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { Authentication } from '../auth/principal.ts'
import type { Member } from './member.ts'

/** One open socket, seen from the session. */
export interface SessionSocket {
  send(text: string): void
  close(code: number, reason: string): void
  /** Bytes that wait for the reader. */
  queuedBytes(): number
  /** Resolves when the reader has caught up, or the socket is gone. */
  drained(): Promise<void>
}

/** What a session needs of the rest of the server. */
export interface SessionPorts {
  readonly clock: Clock
  authenticate(token: string, audience: 'visitor' | 'agent'): Promise<Authentication>
  /** Why this member may not go on, though the token is valid. */
  recheck(member: Member): Promise<RefusalCode | undefined>
  /** `undefined` for a conversation that does not exist or that this member may not see. */
  findConversation(member: Member, id: ConversationId): Promise<Conversation | undefined>
  /** The next messages after `after`, at most one page; `undefined` as above. */
  listMessages(member: Member, id: ConversationId, after: Sequence): Promise<MessagePage | undefined>
  /** The message with this sequence, in a conversation that this member may see. */
  findMessageId(member: Member, id: ConversationId, sequence: Sequence): Promise<MessageId | undefined>
  /** Tells the others in that conversation that this member writes; nobody, where the member may not see it. */
  noteTyping(member: Member, id: ConversationId): Promise<void>
  /**
   * From here on the session hears events; called before the missed messages are read, so that none falls between. False where this member or
   * organisation has as many sockets as it may have.
   */
  join(member: Member): boolean
  /** In how many ms to come back where there is no room. */
  comeBackInMs(): number
  onClosed(): void
  /** A failure that is not the client's: the session closes itself, somebody should know why. */
  onFailure(error: unknown): void
}
