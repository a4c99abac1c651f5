import type { Generated } from 'kysely'

/** The same in both databases. Flags are 0 or 1 and instants are ms since the epoch: SQLite has neither booleans nor times. */
export interface Tables {
  readonly orgs: OrgRow
  readonly refused_origins: { readonly org_id: string; readonly origin: string; readonly last_seen_at_ms: number }
  readonly visitors: VisitorRow
  readonly visitor_profiles: ProfileRow
  readonly conversations: ConversationRow & {
    readonly created_key: string | null
    readonly latest_sequence: Generated<number>
    readonly read_sequence: Generated<number>
    readonly visitor_read_sequence: Generated<number>
    readonly status: Generated<ConversationRow['status']>
    readonly preview: Generated<string>
    readonly assignee_id: Generated<string | null>
  }
  readonly messages: MessageRow
  readonly notes: NoteRow
  readonly replies: ReplyRow
  readonly seen_origins: {
    readonly org_id: string
    readonly origin: string
    readonly first_seen_at_ms: number
    readonly last_seen_at_ms: number
  }
  /** One row, written to see whether the disk takes a write. */
  readonly heartbeat: { readonly id: number; readonly at_ms: number }
}

export interface OrgRow {
  readonly id: string
  readonly key: string
  readonly site_id: string
  readonly name: string
  readonly enabled: number
  /** JSON of a `WidgetConfig`. */
  readonly config: string
  /** JSON array of strings. */
  readonly allowed_origins: string
  readonly valid_from_ms: number
}

interface VisitorRow {
  readonly org_id: string
  /** The public id. */
  readonly id: string
  /** `null` for a visitor that was signed out before it ever wrote. */
  readonly hash: string | null
  readonly valid_from_ms: Generated<number>
}

export interface ProfileRow {
  readonly org_id: string
  readonly visitor_id: string
  readonly name: string | null
  readonly email: string | null
  readonly language: string | null
  readonly browser: string | null
  readonly page_url: string | null
  /** `null` where there is no page. */
  readonly page_title: string | null
  readonly first_seen_at_ms: number
  readonly last_seen_at_ms: number
}

/** A conversation's row, and of its visitor's profile what agents see of it everywhere. */
export interface ConversationView extends ConversationRow {
  readonly visitor_name: string | null
  readonly visitor_email: string | null
}

interface ConversationRow {
  readonly org_id: string
  readonly id: string
  readonly visitor_id: string
  readonly status: 'open' | 'resolved'
  readonly created_at_ms: number
  readonly active_at_ms: number
  readonly latest_sequence: number
  readonly read_sequence: number
  readonly visitor_read_sequence: number
  readonly preview: string
  readonly assignee_id: string | null
}

export interface MessageRow {
  readonly org_id: string
  readonly conversation_id: string
  readonly sequence: number
  readonly id: string
  readonly role: 'user' | 'agent' | 'system'
  readonly kind: string
  readonly author_id: string | null
  readonly content: string
  readonly client_message_id: string | null
  readonly created_at_ms: number
}

export interface NoteRow {
  readonly org_id: string
  readonly conversation_id: string
  readonly id: string
  readonly author_id: string
  /** As it was when the note was written: it outlives the membership. */
  readonly author_name: string
  readonly content: string
  readonly after_sequence: number
  readonly client_note_id: string
  readonly created_at_ms: number
}

export interface ReplyRow {
  readonly org_id: string
  readonly id: string
  readonly shortcut: string
  readonly content: string
}
