import { asRecord, asString, decodeList } from './record.ts'

/** Everything that the record of an organisation tells of. */
export type AuditAction =
  | 'login'
  | 'login_failed'
  | 'logout'
  | 'sessions_ended'
  | 'password_changed'
  | 'two_factor_on'
  | 'two_factor_off'
  | 'two_factor_demand_changed'
  | 'invitation_made'
  | 'invitation_withdrawn'
  | 'invitation_accepted'
  | 'role_changed'
  | 'member_removed'
  | 'member_signed_out'
  | 'visitors_signed_out'
  | 'settings_changed'
  | 'site_allowed'
  | 'site_removed'
  | 'identity_secret_rotated'
  | 'data_exported'
  | 'data_deleted'

/** What was set anew; the values only where they are those of a switch or a choice, and never what somebody wrote. */
export interface AuditChange {
  readonly field: string
  readonly from?: string
  readonly to?: string
}

/** One act in an organisation, as it was told when it happened. */
export interface AuditEntry {
  readonly id: string
  /** ISO 8601, UTC. */
  readonly at: string
  readonly action: string
  /** Who did it, as they were called then; an empty name for nobody who is known. */
  readonly actor: { readonly name: string; readonly email: string }
  /** The same for the same network address within one organisation, and says nothing else of it. Empty where there was none. */
  readonly addressKey: string
  /** Whom or what it was done to: an e-mail address or an origin. Empty where it has none. */
  readonly subject: string
  readonly changes: readonly AuditChange[]
}

export interface AuditPage {
  /** Newest first. */
  readonly entries: readonly AuditEntry[]
  /** For `before` of the next page; absent on the last one. */
  readonly nextBefore?: string
}

function decodeChange(value: unknown): AuditChange | undefined {
  const record = asRecord(value)
  const field = asString(record?.['field'])
  const from = asString(record?.['from'])
  const to = asString(record?.['to'])
  if (field === undefined) return undefined
  return { field, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
}

/** What was kept of changes; none where it makes no sense. */
export const decodeAuditChanges = (value: unknown): readonly AuditChange[] => decodeList(value, decodeChange) ?? []

function decodeEntry(value: unknown): AuditEntry | undefined {
  const record = asRecord(value)
  const actor = asRecord(record?.['actor'])
  const id = asString(record?.['id'])
  const at = asString(record?.['at'])
  const action = asString(record?.['action'])
  if (id === undefined || at === undefined || action === undefined) return undefined
  return {
    ...{ id, at, action },
    actor: { name: asString(actor?.['name']) ?? '', email: asString(actor?.['email']) ?? '' },
    addressKey: asString(record?.['addressKey']) ?? '',
    subject: asString(record?.['subject']) ?? '',
    changes: decodeAuditChanges(record?.['changes'] ?? []),
  }
}

/** Answer to `GET /api/agent/audit`. */
export function decodeAuditPage(value: unknown): AuditPage | undefined {
  const record = asRecord(value)
  const entries = decodeList(record?.['entries'], decodeEntry)
  const nextBefore = asString(record?.['nextBefore'])
  return entries && { entries, ...(nextBefore !== undefined && { nextBefore }) }
}
