import { limits, type OrgId } from '@helvino/protocol'
import { type Random, uuid } from '@helvino/runtime'
import type { AppendResult, NewMessage, Unavailable } from '../contract.ts'
import { conversationOf, messageOf } from './rows.ts'
import type { Statements } from './statements.ts'
import type { MessageRow } from './tables.ts'

/** The start of the text, without half of a surrogate pair at its end. */
function previewOf(content: string): string {
  const preview = content.slice(0, limits.previewLength)
  const last = preview.charCodeAt(preview.length - 1)
  return last >= 0xd800 && last <= 0xdbff ? preview.slice(0, -1) : preview
}

/** One message into its conversation. Runs inside the writer's transaction, so that no two get the same sequence. */
export function append(
  statements: Statements,
  random: Random,
  orgId: OrgId,
  message: NewMessage,
): Exclude<AppendResult, Unavailable> {
  const { conversationId, clientMessageId, role, content, nowMs } = message
  const before = statements.conversation.first({ orgId, id: conversationId })
  if (!before || (message.visitorId !== undefined && message.visitorId !== before.visitor_id))
    return { kind: 'no-conversation' }

  if (clientMessageId !== undefined) {
    const stored = statements.messageByClientId.first({ orgId, conversationId, clientMessageId })
    if (stored && (stored.content !== content || stored.role !== role)) return { kind: 'mismatch' }
    if (stored) return { kind: 'replayed', message: messageOf(stored), conversation: conversationOf(before) }
  }

  const sequence = before.latest_sequence + 1
  const row: MessageRow = {
    org_id: orgId,
    conversation_id: conversationId,
    sequence,
    id: uuid(random),
    role,
    kind: 'text',
    author_id: message.authorId ?? null,
    content,
    client_message_id: clientMessageId ?? null,
    created_at_ms: nowMs,
  }
  // An agent's own answer does not make unread what was read before it.
  const wasRead = before.read_sequence === before.latest_sequence
  const change = {
    sequence,
    readSequence: role === 'agent' && wasRead ? sequence : before.read_sequence,
    preview: previewOf(content),
    // The wall clock may be set back; a newer message must not move its conversation down the list.
    activeAtMs: Math.max(before.active_at_ms, nowMs),
  }
  statements.insertMessage.run(row)
  statements.advance.run({ orgId, id: conversationId, ...change })
  return {
    kind: 'stored',
    message: messageOf(row),
    conversation: conversationOf({
      ...before,
      latest_sequence: sequence,
      read_sequence: change.readSequence,
      preview: change.preview,
      active_at_ms: change.activeAtMs,
      status: 'open',
    }),
  }
}
