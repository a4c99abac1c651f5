import type { ConversationId } from '@helvino/protocol'
import type { FanOut, Typist } from '../fan-out/contract.ts'
import type { Conversations } from './conversations.ts'
import type { Participant } from './participant.ts'

export interface TypingOptions {
  readonly conversations: Pick<Conversations, 'findConversation'>
  readonly fanOut: FanOut
  /** What the agent is called; `undefined` for one that is gone. */
  readonly findAgentName: (userId: string) => Promise<string | undefined>
}

/** Tells the others in a conversation that somebody writes there. In one that the writer may not see, nothing is told. */
export type NoteTyping = (principal: Participant, id: ConversationId) => Promise<void>

export function createNoteTyping({ conversations, fanOut, findAgentName }: TypingOptions): NoteTyping {
  async function typistOf(principal: Participant): Promise<Typist> {
    if (principal.kind === 'visitor') return { role: 'user' }
    const { userId } = principal
    return { role: 'agent', userId, name: (await findAgentName(userId)) ?? '' }
  }

  return async (principal, conversationId) => {
    const found = await conversations.findConversation(principal, conversationId)
    if (found.kind === 'refused') return
    const orgId = principal.kind === 'agent' ? principal.orgId : principal.org.id
    const { visitorId } = found.conversation
    fanOut.publish({ orgId, conversationId, visitorId, typing: await typistOf(principal) })
  }
}
