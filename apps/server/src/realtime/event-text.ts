import type { ServerFrame } from '@helvino/protocol'
import { asVisitorSees, messageFor } from '../conversations/visitor-view.ts'
import type { ConversationEvent } from '../fan-out/contract.ts'

export const encodeServerFrame = (frame: ServerFrame): string => JSON.stringify(frame)

type Audience = 'visitor' | 'agent'

/** The frames of one event, each encoded at most once for visitors and once for agents, however many sessions hear it. */
export class EventText {
  readonly event: ConversationEvent
  readonly #messages: Partial<Record<Audience, string>> = {}
  readonly #conversations: Partial<Record<Audience, string>> = {}

  constructor(event: ConversationEvent) {
    this.event = event
  }

  /** `undefined` where only the conversation itself changed. */
  message(audience: Audience): string | undefined {
    const { message } = this.event
    if (message === undefined) return undefined
    return (this.#messages[audience] ??= encodeServerFrame({ type: 'message', message: messageFor(audience, message) }))
  }

  conversation(audience: Audience): string {
    const { conversation } = this.event
    return (this.#conversations[audience] ??= encodeServerFrame({
      type: 'conversation',
      conversation: audience === 'agent' ? conversation : asVisitorSees(conversation),
    }))
  }
}
