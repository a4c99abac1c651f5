import type { ConversationId, OrgId } from '@helvino/protocol'
import type { Change } from './changes.ts'
import type { ChangeResult, Unavailable } from './contract.ts'
import { conversationOf } from './rows.ts'
import type { Statements } from './statements.ts'
import type { ConversationView } from './tables.ts'
import { first, type Work } from './work.ts'

export type ConversationChange = Exclude<ChangeResult, Unavailable>

/** One change of a conversation; `change` gives the new row, or `undefined` where all is so already. */
export function* changeOne(
  statements: Statements,
  orgId: OrgId,
  id: ConversationId,
  change: (before: ConversationView) => Work<ConversationView | undefined>,
): Work<ConversationChange> {
  const before = yield* first(statements.conversationToChange, { orgId, id })
  if (!before) return { kind: 'no-conversation' }
  const after = yield* change(before)
  if (!after) return { kind: 'unchanged', conversation: conversationOf(before) }
  return { kind: 'changed', conversation: conversationOf(after) }
}

/** What other servers hear of a conversation that has changed without a message. */
export const changeOf = (
  orgId: OrgId,
  conversationId: ConversationId,
  audience: Change['audience'] = 'everybody',
): Change => ({ orgId, conversationId, sequence: undefined, audience })
