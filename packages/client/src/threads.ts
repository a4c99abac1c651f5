import { type ConversationId, type Message, type MessagePage, type ResumePoint, type Sequence } from '@helvino/protocol'
import {
  contiguousSequence,
  emptyThread,
  hasGap,
  type Thread,
  type UnsequencedMessage,
  withMessages,
  withNewestPage,
  withUnsequenced,
} from './thread.ts'

/** The conversations that are kept up to date, and what is missing of each. */
export class Threads {
  readonly #onChange: (threads: ReadonlyMap<ConversationId, Thread>) => void
  readonly #onGap: (id: ConversationId) => void
  #threads: ReadonlyMap<ConversationId, Thread> = new Map()
  /** Conversations that may have grown unseen: asked about once, though no gap is known. */
  readonly #doubted = new Set<ConversationId>()

  /** `onGap` is called where something of a conversation is missing and must be fetched. */
  constructor(onChange: (threads: ReadonlyMap<ConversationId, Thread>) => void, onGap: (id: ConversationId) => void) {
    this.#onChange = onChange
    this.#onGap = onGap
  }

  has(id: ConversationId): boolean {
    return this.#threads.has(id)
  }

  /** Keeps a conversation from now on; nothing is fetched by it. */
  keep(id: ConversationId): void {
    if (!this.has(id)) this.#set(id, emptyThread)
  }

  add(message: Message): void {
    const thread = withMessages(this.#get(message.conversationId), [message], message.sequence)
    this.#set(message.conversationId, thread)
    if (this.nextAfter(message.conversationId) !== undefined) this.#onGap(message.conversationId)
  }

  /** The server has told how far a conversation goes. What is missing of one that is kept is fetched. */
  hearOf(id: ConversationId, latestSequence: Sequence): void {
    if (!this.has(id)) return
    this.#set(id, withMessages(this.#get(id), [], latestSequence))
    if (this.nextAfter(id) !== undefined) this.#onGap(id)
  }

  addUnsequenced(id: ConversationId, message: UnsequencedMessage): void {
    this.#set(id, withUnsequenced(this.#get(id), message))
  }

  /** `after`: what was asked for. What is held may have been dropped since. */
  addPage(id: ConversationId, page: MessagePage, after: Sequence | 'newest'): void {
    this.#doubted.delete(id)
    const { messages, latestSequence } = page
    const thread = this.#get(id)
    this.#set(id, after === 'newest' ? withNewestPage(thread, page) : withMessages(thread, messages, latestSequence))
  }

  /** Where to go on fetching: `'newest'` before the newest page is held, `undefined` once nothing is missing. */
  nextAfter(id: ConversationId): Sequence | 'newest' | undefined {
    const thread = this.#get(id)
    if (thread.floor === undefined) return 'newest'
    return hasGap(thread) || this.#doubted.has(id) ? contiguousSequence(thread) : undefined
  }

  /** Too much was missed to be replayed: what is held is dropped, and the newest page fetched. */
  refetch(id: ConversationId): void {
    this.#set(id, emptyThread)
    this.#onGap(id)
  }

  /** The network or the page was away: a line that still looks alive may have lost something. Asks about every conversation. */
  doubt(): void {
    for (const id of this.#threads.keys()) this.#doubted.add(id)
    this.catchUp()
  }

  /** Fetches whatever is missing, of every conversation. */
  catchUp(): void {
    for (const id of this.#threads.keys()) if (this.nextAfter(id) !== undefined) this.#onGap(id)
  }

  /** Up to here nothing is missing. */
  reached(id: ConversationId): Sequence {
    return contiguousSequence(this.#get(id))
  }

  resumePoints(): readonly ResumePoint[] {
    return [...this.#threads].map(([id, thread]) => {
      const after = contiguousSequence(thread)
      const messageId = thread.messages.find(({ sequence }) => sequence === after)?.id
      return { id, after, ...(messageId && { messageId }) }
    })
  }

  #get(id: ConversationId): Thread {
    return this.#threads.get(id) ?? emptyThread
  }

  #set(id: ConversationId, thread: Thread): void {
    if (this.#threads.get(id) === thread) return
    this.#threads = new Map(this.#threads).set(id, thread)
    this.#onChange(this.#threads)
  }
}
