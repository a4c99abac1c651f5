import type { Clock } from '@helvino/runtime'
import {
  type ClientMessageId,
  type Conversation,
  type ConversationId,
  decodeConversation,
  decodeMessage,
  type Message,
} from '@helvino/protocol'

/** Faults built into the model on purpose, to see that the checks notice them. */
export type ModelBreak =
  /** A repeated key is stored again. */
  | 'no-dedupe'
  /** The sequence counts one too far now and then. */
  | 'sequence-gap'
  /** Now and then a message is answered and not stored. */
  | 'lost-commit'
  /** Stores a message before the one that came before it. */
  | 'reorder'
  /** On resume the socket sends nothing of what was missed, and says all is recovered. */
  | 'no-replay'
interface StoredConversation {
  readonly visitorId: string
  readonly id: ConversationId
  readonly createdAt: string
  readonly messages: Message[]
}

export type AppendResult =
  { readonly kind: 'stored' | 'replayed'; readonly message: Message } | { readonly kind: 'mismatch' }

/** What the database is to the real server: one step at a time, everything durable once answered. */
export class StoreModel {
  readonly #clock: Clock
  readonly #breaks: ReadonlySet<ModelBreak>
  readonly #conversations: StoredConversation[] = []
  #appends = 0

  constructor(clock: Clock, breaks: ReadonlySet<ModelBreak>) {
    this.#clock = clock
    this.#breaks = breaks
  }

  /** The visitor's one open conversation, made where there is none. */
  open(visitorId: string): { readonly isNew: boolean; readonly conversation: Conversation } {
    const held = this.#conversations.find((each) => each.visitorId === visitorId)
    if (held) return { isNew: false, conversation: asConversation(held) }
    const id = `c_${this.#conversations.length + 1}` as ConversationId
    const made: StoredConversation = { visitorId, id, createdAt: this.#nowText(), messages: [] }
    this.#conversations.push(made)
    return { isNew: true, conversation: asConversation(made) }
  }

  conversationsOf(visitorId: string): Conversation[] {
    return this.#conversations.filter((each) => each.visitorId === visitorId).map(asConversation)
  }

  /** `undefined` where the visitor has no such conversation. */
  messagesOf(visitorId: string, conversationId: string): readonly Message[] | undefined {
    return this.#find(visitorId, conversationId)?.messages
  }

  /** Stores a message once per (conversation, key). `undefined` where the visitor has no such conversation. */
  append(
    visitorId: string,
    conversationId: string,
    content: string,
    key: ClientMessageId,
    role: Message['role'],
  ): AppendResult | undefined {
    const conversation = this.#find(visitorId, conversationId)
    if (!conversation) return undefined
    const { messages } = conversation
    const held = messages.find((message) => message.clientMessageId === key)
    if (held && !this.#breaks.has('no-dedupe'))
      return held.content === content ? { kind: 'replayed', message: held } : { kind: 'mismatch' }
    this.#appends += 1
    const isOdd = this.#appends % 5 === 0
    const skip = this.#breaks.has('sequence-gap') && isOdd ? 2 : 1
    const sequence = (messages.at(-1)?.sequence ?? 0) + skip
    const message = this.#message(conversation, sequence, content, key, role)
    if (this.#breaks.has('lost-commit') && isOdd) return { kind: 'stored', message }
    messages.push(message)
    if (this.#breaks.has('reorder') && isOdd) this.#swapLastTwo(messages)
    return { kind: 'stored', message }
  }

  #swapLastTwo(messages: Message[]): void {
    const [first, second] = messages.slice(-2)
    if (!first || !second) return
    messages.splice(-2, 2, { ...second, sequence: first.sequence }, { ...first, sequence: second.sequence })
  }

  #message({ id }: StoredConversation, sequence: number, content: string, key: ClientMessageId, role: string): Message {
    const message = decodeMessage({
      id: `m_${id}_${this.#appends}`,
      conversationId: id,
      sequence,
      role,
      kind: 'text',
      content,
      attachments: [],
      timestamp: this.#nowText(),
      clientMessageId: key,
    })
    if (!message) throw new Error('the model made a message that is none')
    return message
  }

  #find(visitorId: string, conversationId: string): StoredConversation | undefined {
    return this.#conversations.find((each) => each.visitorId === visitorId && each.id === conversationId)
  }

  #nowText(): string {
    return new Date(this.#clock.nowMs()).toISOString()
  }
}

function asConversation({ id, createdAt, messages }: StoredConversation): Conversation {
  const latestSequence = messages.at(-1)?.sequence ?? 0
  const conversation = decodeConversation({ id, createdAt, status: 'open', latestSequence })
  if (!conversation) throw new Error('the model made a conversation that is none')
  return conversation
}
