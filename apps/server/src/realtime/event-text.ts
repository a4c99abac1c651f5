import type { ServerFrame } from '@helvino/protocol'
import { asVisitorSees } from '../conversations/visitor-view.ts'
import type { ConversationEvent } from '../fan-out/contract.ts'

export const encodeServerFrame = (frame: ServerFrame): string => JSON.stringify(frame)

/** The frames of one event, each encoded at most once however many sessions hear it. */
export class EventText {
  readonly event: ConversationEvent
  #message: string | undefined
  #visitorConversation: string | undefined
  #agentConversation: string | undefined

  constructor(event: ConversationEvent) {
    this.event = event
  }

  /** `undefined` where only the conversation itself changed. */
  message(): string | undefined {
    const { message } = this.event
    if (message === undefined) return undefined
    return (this.#message ??= encodeServerFrame({ type: 'message', message }))
  }

  conversation(audience: 'visitor' | 'agent'): string {
    const { conversation } = this.event
    if (audience === 'agent')
      return (this.#agentConversation ??= encodeServerFrame({ type: 'conversation', conversation }))
    return (this.#visitorConversation ??= encodeServerFrame({
      type: 'conversation',
      conversation: asVisitorSees(conversation),
    }))
  }
}
