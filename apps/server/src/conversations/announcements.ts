import type { AgentConversation, Message, OrgId } from '@helvino/protocol'
import type { Random } from '@helvino/runtime'
import type { ConversationEvent, FanOut } from '../fan-out/contract.ts'
import type { ChangeResult } from '../store/contract.ts'
import { refused, type Refused, refusedByStore } from './refused.ts'

export interface Changed {
  readonly kind: 'changed'
  readonly conversation: AgentConversation
}

/** Tells the sessions of a conversation what is committed. */
export function createAnnouncements(fanOut: FanOut, random: Random) {
  function announce(
    orgId: OrgId,
    conversation: AgentConversation,
    message: Message | undefined,
    audience: ConversationEvent['audience'] = 'everybody',
  ): void {
    const { id, visitorId } = conversation
    fanOut.publish({ orgId, conversationId: id, visitorId, conversation, message, audience })
  }

  function announceChange(
    orgId: OrgId,
    result: ChangeResult,
    audience: ConversationEvent['audience'],
  ): Changed | Refused {
    if (result.kind === 'no-conversation') return refused('not_found')
    if (result.kind === 'unavailable') return refusedByStore(result, random)
    if (result.kind === 'changed') announce(orgId, result.conversation, undefined, audience)
    return { kind: 'changed', conversation: result.conversation }
  }

  return { announce, announceChange }
}
