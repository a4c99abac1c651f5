import { limits, type OrgId } from '@helvino/protocol'
import type { AppendResult, NewMessage, Unavailable } from './contract.ts'
import { conversationOf, messageOf } from './rows.ts'
import type { Statements } from './statements.ts'
import type { ConversationView, MessageRow } from './tables.ts'
import { first, only, run, type Work } from './work.ts'

/** A message that is to be appended, and the id it gets where it is stored. */
export interface Append {
  readonly orgId: OrgId
  readonly id: string
  readonly message: NewMessage
}

export type AppendOutcome = Exclude<AppendResult, Unavailable>

export interface AppendDecision {
  readonly outcome: AppendOutcome
  /** What has to be written for it: the new row, and the conversation's row after it. Absent: nothing. */
  readonly write?: { readonly row: MessageRow; readonly after: ConversationView }
}

/** The start of the text, without half of a surrogate pair at its end. */
function previewOf(content: string): string {
  const preview = content.slice(0, limits.previewLength)
  const last = preview.charCodeAt(preview.length - 1)
  return last >= 0xd800 && last <= 0xdbff ? preview.slice(0, -1) : preview
}

/**
 * What becomes of a message, by the conversation and by the message that already has its key. Both were read in the
 * transaction that writes, and nobody else may change the conversation before its end: so no two get the same sequence.
 */
export function decideAppend(
  { orgId, id, message }: Append,
  before: ConversationView | undefined,
  stored: MessageRow | undefined,
): AppendDecision {
  const { visitorId, role, content, nowMs } = message
  if (!before || (visitorId !== undefined && visitorId !== before.visitor_id))
    return { outcome: { kind: 'no-conversation' } }
  if (stored) {
    if (stored.content !== content || stored.role !== role) return { outcome: { kind: 'mismatch' } }
    return { outcome: { kind: 'replayed', message: messageOf(stored), conversation: conversationOf(before) } }
  }
  const sequence = before.latest_sequence + 1
  const row: MessageRow = {
    org_id: orgId,
    conversation_id: message.conversationId,
    sequence,
    id,
    role,
    kind: 'text',
    author_id: message.authorId ?? null,
    content,
    client_message_id: message.clientMessageId ?? null,
    created_at_ms: nowMs,
  }
  // An agent's own answer does not make unread what was read before it.
  const wasRead = before.read_sequence === before.latest_sequence
  const after: ConversationView = {
    ...before,
    latest_sequence: sequence,
    read_sequence: role === 'agent' && wasRead ? sequence : before.read_sequence,
    preview: previewOf(content),
    // The wall clock may be set back; a newer message must not move its conversation down the list.
    active_at_ms: Math.max(before.active_at_ms, nowMs),
    status: 'open',
  }
  return {
    outcome: { kind: 'stored', message: messageOf(row), conversation: conversationOf(after) },
    write: { row, after },
  }
}

/** One message into its conversation. */
export function* append(statements: Statements, wanted: Append): Work<AppendOutcome> {
  const { orgId, message } = wanted
  const { conversationId } = message
  const before = yield* first(statements.conversationToChange, { orgId, id: conversationId })
  const { outcome, write } = decideAppend(wanted, before, undefined)
  if (!write) return outcome
  // Nearly every message is new: one that is not is found out by the index that its row goes into anyway.
  if ((yield* run(statements.insertMessage, write.row)) === 1) {
    yield* run(statements.advance, write.after)
    return outcome
  }
  const clientMessageId = write.row.client_message_id
  const stored = yield* only(statements.messageByClientId, { orgId, conversationId, clientMessageId })
  return decideAppend(wanted, before, stored).outcome
}
