import type {
  AgentConversation,
  ClientMessageId,
  ConversationId,
  ConversationStatus,
  Message,
  MessagePage,
  MessageRole,
  OrgId,
  OrgSettings,
  PublicVisitorId,
  Sequence,
  VisitorChange,
  VisitorProfile,
  WidgetConfig,
} from '@helvino/protocol'
import type { DeskRepository } from './desk-contract.ts'
import type { ErasureRepository } from './erasure-contract.ts'
import type { ChangeResult, Unavailable, WriteResult } from './results.ts'

export type { ChangeResult, Unavailable, WriteResult } from './results.ts'

/** An organisation as the server knows it. */
export interface Org {
  readonly id: OrgId
  /** Public; opens nothing but the bootloader. */
  readonly key: string
  /** Public, preferred over the key. */
  readonly siteId: string
  readonly name: string
  readonly enabled: boolean
  readonly config: WidgetConfig
  /** Exact origins (RFC 6454 section 6.2) that may embed the widget. Empty: set-up mode. */
  readonly allowedOrigins: readonly string[]
  /** Tokens issued before this instant (ms since the epoch) are refused. */
  readonly validFromMs: number
}

export interface NewConversation {
  /** Keyed hash of the visitor's secret; the secret itself never reaches the store. */
  readonly visitorHash: string
  readonly visitorId: PublicVisitorId
  /** Two calls with the same key, of the same visitor, get the same conversation. */
  readonly idempotencyKey: string | undefined
  readonly nowMs: number
}

export interface NewMessage {
  readonly conversationId: ConversationId
  /** Where given, the conversation must be this visitor's; a foreign one answers `no-conversation`. */
  readonly visitorId: PublicVisitorId | undefined
  readonly role: MessageRole
  readonly authorId: string | undefined
  readonly content: string
  /** Unique in its conversation, for ever. Absent: the write is not idempotent. */
  readonly clientMessageId: ClientMessageId | undefined
  readonly nowMs: number
}

/** What a visitor's page tells of them. */
export interface NewProfile extends VisitorChange {
  readonly visitorId: PublicVisitorId
  readonly browser: string | null
  readonly nowMs: number
}

export type OpenResult =
  { readonly kind: 'opened'; readonly conversation: AgentConversation; readonly created: boolean } | Unavailable

export type SettingsResult =
  { readonly kind: 'set'; readonly before: Org; readonly org: Org } | { readonly kind: 'no-org' } | Unavailable

export type ProfileResult =
  | {
      readonly kind: 'kept'
      readonly profile: VisitorProfile
      /** Something else than the time has changed. */
      readonly isChanged: boolean
      /** The visitor's open conversation, where what it shows of them has changed. */
      readonly conversation: AgentConversation | undefined
    }
  /** One was kept less than `visitorLimits.everyMs` ago. */
  | { readonly kind: 'too-soon'; readonly waitMs: number }
  | Unavailable

export type AllowResult = WriteResult | { readonly kind: 'too-many' }

export type AppendResult =
  | {
      readonly kind: 'stored' | 'replayed'
      readonly message: Message
      /** The conversation after the write; a write to a resolved one reopens it. */
      readonly conversation: AgentConversation
    }
  /** The same key was used for another text. */
  | { readonly kind: 'mismatch' }
  | { readonly kind: 'no-conversation' }
  | Unavailable

export interface MessageWindow {
  /** Messages with a greater sequence, oldest first. Wins over `before`. */
  readonly after: Sequence | undefined
  /** Messages with a smaller sequence; the newest of them, in ascending order. */
  readonly before: Sequence | undefined
  /** 1 to `limits.pageMessages`. Without `after` and `before`: the newest messages. */
  readonly limit: number
}

export interface ConversationFilter {
  readonly status: ConversationStatus | undefined
  /** Only conversations with messages that no agent has read. */
  readonly unreadOnly: boolean
  /** Only conversations that are this agent's task; `null`: nobody's. */
  readonly assigneeId: string | null | undefined
  /** Only conversations in which this stands: see `conversation-search.ts`. */
  readonly query: string | undefined
  /** Cursor of the page before, as `nextCursor` gave it. */
  readonly cursor: string | undefined
  /** 1 to `limits.pageConversations`. */
  readonly limit: number
}

export interface ConversationListPage {
  readonly conversations: readonly AgentConversation[]
  readonly nextCursor: string | undefined
}

/**
 * Everything of one organisation, and nothing of another: every table's key begins with the org's id, and no method takes one.
 * A promise rejects only for a bug or, of a read, a lost database; what a caller must handle is in the result.
 */
export interface OrgRepository extends DeskRepository, ErasureRepository {
  /**
   * The conversation that the same key made before; else the visitor's open one, the most recently active where a write
   * has reopened an older one; else a new one.
   */
  openConversation(wanted: NewConversation): Promise<OpenResult>
  findConversation(id: ConversationId): Promise<AgentConversation | undefined>
  /** Newest first; all of them, where `most` is left out. */
  listVisitorConversations(visitorId: PublicVisitorId, most?: number): Promise<readonly AgentConversation[]>
  /** Most recently active first. */
  listConversations(filter: ConversationFilter): Promise<ConversationListPage>
  /** Idempotent append: sequence and row in one transaction, committed to disk before the promise resolves. */
  appendMessage(message: NewMessage): Promise<AppendResult>
  /** Appends them in their order, in one transaction: what is refused of one stops no other, and where one cannot be written none is. */
  appendMessages(messages: readonly NewMessage[]): Promise<readonly Exclude<AppendResult, Unavailable>[] | Unavailable>
  listMessages(conversationId: ConversationId, window: MessageWindow): Promise<MessagePage>
  setStatus(id: ConversationId, status: ConversationStatus): Promise<ChangeResult>
  /** Never moves backwards, never past the latest message. */
  markRead(id: ConversationId, sequence: Sequence): Promise<ChangeResult>
  /** As `markRead`, of what the visitor has read; a foreign conversation answers `no-conversation`. */
  markVisitorRead(id: ConversationId, visitorId: PublicVisitorId, sequence: Sequence): Promise<ChangeResult>
  /**
   * `unread`: messages of agents that the visitor has not read in their open conversation, among its newest 500; at most `visitorLimits.unread`.
   * `validFromMs`: as `visitorValidFromMs`.
   */
  readVisitor(visitorId: PublicVisitorId): Promise<{ readonly validFromMs: number; readonly unread: number }>
  /** Keeps what is told of a visitor, at most once in `visitorLimits.everyMs`. */
  putProfile(profile: NewProfile): Promise<ProfileResult>
  findProfile(visitorId: PublicVisitorId): Promise<VisitorProfile | undefined>
  /** 0 for a visitor that is not known. */
  visitorValidFromMs(visitorId: PublicVisitorId): Promise<number>
  /** Refuses every token of this visitor that was issued before `validFromMs`. */
  signOutVisitor(visitorId: PublicVisitorId, validFromMs: number): Promise<WriteResult>
  /** Refuses every token of the organisation that was issued before `validFromMs`; an earlier instant than the one that holds changes nothing. */
  signOutVisitors(validFromMs: number): Promise<WriteResult>
  /** Adds the origin to the allowed ones, unless there are `most` already; allowing one twice changes nothing. */
  allowOrigin(origin: string, most: number): Promise<AllowResult>
  /** Takes the origin from the allowed ones. */
  disallowOrigin(origin: string): Promise<WriteResult | { readonly kind: 'no-origin' }>
  /** Changes what is named and leaves the rest: two that set different things at once keep both. */
  changeSettings(change: Partial<OrgSettings>): Promise<SettingsResult>
  /** Keeps at most 50 origins; the owner may allow one with a click. */
  rememberRefusedOrigin(origin: string, nowMs: number): Promise<WriteResult>
  listRefusedOrigins(): Promise<readonly { readonly origin: string; readonly lastSeenAt: string }[]>
}

/** What decides, beside its signature, whether a visitor's token still holds. */
export interface Standing {
  readonly org: Org | undefined
  /** As `OrgRepository.visitorValidFromMs` says; 0 where no visitor was asked for. */
  readonly visitorValidFromMs: number
}

/** What SQLite and PostgreSQL both implement; one contract suite runs on each. */
export interface Store {
  /** A write of this store is in it at once; one that another process has made, after 500 ms at most. */
  standingOf(orgId: OrgId, visitorId: PublicVisitorId | undefined): Promise<Standing>
  findOrg(by: { readonly id: OrgId } | { readonly key: string } | { readonly siteId: string }): Promise<Org | undefined>
  /** Makes or replaces an organisation as a whole. */
  putOrg(org: Org): Promise<WriteResult>
  ofOrg(orgId: OrgId): OrgRepository
  /** Every organisation's. */
  listOrgIds(): Promise<readonly OrgId[]>
  /** Takes what was erased from wherever the database still has a copy of it, as far as that is in its hands. Never rejects. */
  scrub(): Promise<void>
  /** True while it writes; tried at most once in a second, however often it is asked. Never rejects. */
  isReady(): Promise<boolean>
  /** Ends after every accepted write is committed. Later writes answer `unavailable`. */
  close(): Promise<void>
}
