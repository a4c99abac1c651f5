import type {
  AgentConversation,
  ClientMessageId,
  ConversationCounts,
  ConversationId,
  Note,
  SavedReply,
  SeenOrigin,
} from '@helvino/protocol'
import type { ChangeResult, Unavailable, WriteResult } from './results.ts'

export interface NewNote {
  readonly conversationId: ConversationId
  readonly authorId: string
  readonly authorName: string
  readonly content: string
  /** Unique in its conversation, for ever. */
  readonly clientNoteId: ClientMessageId
  readonly nowMs: number
}

export type NoteResult =
  | { readonly kind: 'stored' | 'replayed'; readonly note: Note }
  /** The same id was used for another text, or by another author. */
  | { readonly kind: 'mismatch' }
  | { readonly kind: 'no-conversation' }
  /** The conversation has `limits.conversationNotes` already. */
  | { readonly kind: 'too-many' }
  | Unavailable

export type ReplyResult = WriteResult | { readonly kind: 'shortcut-taken' } | { readonly kind: 'too-many' }

/** What agents of one organisation work with beside the messages. As in `OrgRepository`, nothing crosses an organisation. */
export interface DeskRepository {
  /** Whether that user is a member is the caller's to know. */
  setAssignee(id: ConversationId, assigneeId: string | null): Promise<ChangeResult>
  /** Whatever was that agent's task is nobody's; answers the open conversations that have changed. */
  releaseAssignee(
    userId: string,
  ): Promise<{ readonly kind: 'released'; readonly conversations: readonly AgentConversation[] } | Unavailable>
  /** Of that agent; each count ends at `limits.countedConversations`. */
  countConversations(userId: string): Promise<ConversationCounts>
  /** Moves no sequence, and does not make the conversation active. */
  addNote(note: NewNote): Promise<NoteResult>
  /** All of them, in the order of their places; empty where there is no such conversation. */
  listNotes(conversationId: ConversationId): Promise<readonly Note[]>
  /** By shortcut. */
  listReplies(): Promise<readonly SavedReply[]>
  /** Makes or replaces the reply of that id; at most `limits.orgReplies`. */
  putReply(reply: SavedReply): Promise<ReplyResult>
  deleteReply(id: string): Promise<WriteResult | { readonly kind: 'no-reply' }>
  /** Keeps the latest `limits.seenOrigins`. */
  noteSeenOrigin(origin: string, nowMs: number): Promise<WriteResult>
  /** The latest first. */
  listSeenOrigins(): Promise<readonly SeenOrigin[]>
}
