import {
  type ConversationId,
  type Message,
  type MessagePage,
  type ResumeAnswer,
  type ResumePoint,
  type Sequence,
} from '@helvino/protocol'
import type { NewsPoint } from './ask-for-news.ts'
import {
  contiguousSequence,
  emptyThread,
  hasGap,
  type Thread,
  type UnsequencedMessage,
  withEarlierPage,
  withMessages,
  withNewestPage,
  withUnsequenced,
} from './thread.ts'

export type ThreadsByConversation = ReadonlyMap<ConversationId, Thread>

/** The conversations that are kept up to date, and what is missing of each. */
export class Threads {
  readonly #onChange: (threads: ThreadsByConversation) => void
  readonly #onGap: (id: ConversationId) => void
  #threads: ThreadsByConversation = new Map()
  /** Conversations that may have grown unseen: asked about, though no gap is known. */
  readonly #doubted = new Set<ConversationId>()
  /** How far the server had told of each when it was last asked. */
  readonly #toldOf = new Map<ConversationId, Sequence>()

  /** `onGap` is called where something of a conversation is missing and must be fetched. */
  constructor(onChange: (threads: ThreadsByConversation) => void, onGap: (id: ConversationId) => void) {
    this.#onChange = onChange
    this.#onGap = onGap
  }

  has(id: ConversationId): boolean {
    return this.#threads.has(id)
  }

  /** Keeps a conversation from now on; nothing is fetched by it. */
  keep(id: ConversationId): void {
    if (!this.has(id)) this.setThread(id, emptyThread)
  }

  /** Keeps it, and fetches what is missing of it. */
  watch(id: ConversationId): void {
    this.keep(id)
    this.#onGap(id)
  }

  add(message: Message): void {
    const thread = withMessages(this.#get(message.conversationId), [message], message.sequence)
    this.setThread(message.conversationId, thread)
    if (this.nextAfter(message.conversationId) !== undefined) this.#onGap(message.conversationId)
  }

  /** The server has told how far a conversation goes. What is missing of one that is kept is fetched. */
  hearOf(id: ConversationId, latestSequence: Sequence): void {
    if (!this.has(id)) return
    this.setThread(id, withMessages(this.#get(id), [], latestSequence))
    if (this.nextAfter(id) !== undefined) this.#onGap(id)
  }

  addUnsequenced(id: ConversationId, message: UnsequencedMessage): void {
    this.setThread(id, withUnsequenced(this.#get(id), message))
  }

  /** A server that tells of less than it had before it was asked has lost it: nothing that is held can be believed. */
  addPage(id: ConversationId, page: MessagePage, after: Sequence | 'newest'): void {
    const { messages, latestSequence } = page
    const thread = latestSequence < (this.#toldOf.get(id) ?? 0) ? emptyThread : this.#get(id)
    this.setThread(
      id,
      after === 'newest' ? withNewestPage(thread, page) : withMessages(thread, messages, latestSequence),
    )
  }

  /** Adds what was said before the first that is held. */
  addEarlier(id: ConversationId, page: MessagePage): void {
    this.setThread(id, withEarlierPage(this.#get(id), page))
  }

  /** Where to go on fetching: `'newest'` before the newest page is held, `undefined` once nothing is missing. */
  nextAfter(id: ConversationId): Sequence | 'newest' | undefined {
    const thread = this.#get(id)
    if (thread.floor === undefined) return 'newest'
    return hasGap(thread) || this.#doubted.has(id) ? contiguousSequence(thread) : undefined
  }

  /** The question is on its way: what becomes doubtful from here on it may not answer. */
  noteAsked(id: ConversationId): void {
    this.#doubted.delete(id)
    this.#toldOf.set(id, this.#get(id).latestSequence)
  }

  /** It may have grown unseen. */
  doubt(id: ConversationId): void {
    this.#doubted.add(id)
  }

  /**
   * A line begins to tell what is new: fetches what is missing. A conversation that it says nothing of may have grown unseen. Of one that could
   * not be recovered too much was missed to be replayed: what is held is dropped, and the newest page fetched.
   */
  resume(answers: readonly ResumeAnswer[] = []): void {
    for (const id of this.#threads.keys()) {
      const answer = answers.find((each) => each.id === id)
      if (!answer) this.#doubted.add(id)
      else if (!answer.recovered) this.setThread(id, emptyThread)
      if (this.nextAfter(id) !== undefined) this.#onGap(id)
    }
  }

  /** Where whoever waits for news of one conversation goes on; `undefined` while its newest page is not held. */
  newsPoint(id: ConversationId | undefined): NewsPoint | undefined {
    return id && this.#get(id).floor !== undefined ? { id, after: contiguousSequence(this.#get(id)) } : undefined
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

  /** Shows a conversation so; the same thread is no change. */
  setThread(id: ConversationId, thread: Thread): void {
    if (this.#threads.get(id) === thread) return
    this.#threads = new Map(this.#threads).set(id, thread)
    this.#onChange(this.#threads)
  }
}
