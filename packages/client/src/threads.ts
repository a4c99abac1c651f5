import { type ConversationId, type Message, type MessagePage, type ResumePoint, type Sequence } from '@helvino/protocol'
import {
  contiguousSequence,
  emptyThread,
  hasGap,
  type Thread,
  type UnsequencedMessage,
  withMessages,
  withUnsequenced,
} from './thread.ts'

/** The conversations that are kept up to date, and what is missing of each. */
export class Threads {
  readonly #onChange: (threads: ReadonlyMap<ConversationId, Thread>) => void
  readonly #onGap: (id: ConversationId) => void
  /** Conversations of which the newest page has been fetched. */
  readonly #loaded = new Set<ConversationId>()
  #threads: ReadonlyMap<ConversationId, Thread> = new Map()

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

  addUnsequenced(id: ConversationId, message: UnsequencedMessage): void {
    this.#set(id, withUnsequenced(this.#get(id), message))
  }

  addPage(id: ConversationId, page: MessagePage): void {
    this.#loaded.add(id)
    this.#set(id, withMessages(this.#get(id), page.messages, page.latestSequence))
  }

  /** Where to go on fetching: `'newest'` before the newest page is held, `undefined` once nothing is missing. */
  nextAfter(id: ConversationId): Sequence | 'newest' | undefined {
    if (!this.#loaded.has(id)) return 'newest'
    const thread = this.#get(id)
    return hasGap(thread) ? contiguousSequence(thread) : undefined
  }

  /** Too much was missed to be replayed: what is held is dropped, and the newest page fetched. */
  refetch(id: ConversationId): void {
    this.#loaded.delete(id)
    this.#set(id, emptyThread)
    this.#onGap(id)
  }

  /** Fetches whatever is missing, of every conversation. */
  catchUp(): void {
    for (const id of this.#threads.keys()) if (this.nextAfter(id) !== undefined) this.#onGap(id)
  }

  resumePoints(): readonly ResumePoint[] {
    return [...this.#threads].map(([id, thread]) => ({ id, after: contiguousSequence(thread) }))
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
