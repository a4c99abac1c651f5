import { type ClientMessageId, type ConversationId, limits } from '@helvino/protocol'
import { type Clock, type Random, uuid } from '@helvino/runtime'
import type { DeliveryState, OutboxEntry } from './outbox-entry.ts'
import type { OutboxStore } from './outbox-store.ts'

export type EnqueueResult =
  | { readonly kind: 'queued'; readonly id: ClientMessageId }
  | { readonly kind: 'empty' }
  | { readonly kind: 'too-long'; readonly maxLength: number }
  /** Too much waits already. */
  | { readonly kind: 'full'; readonly maxEntries: number; readonly maxLength: number }

/** Messages on their way out, in the order of entry. An entry is kept in the store before its first attempt, and leaves it only when settled. */
export class Outbox {
  readonly #store: OutboxStore
  readonly #clock: Clock
  readonly #random: Random
  readonly #onChange: () => void
  #entries: readonly OutboxEntry[] = []
  /** Entries being written to the store: they have their place in the order, and are not sent yet. */
  readonly #unsaved = new Set<ClientMessageId>()

  constructor(store: OutboxStore, clock: Clock, random: Random, onChange: () => void) {
    this.#store = store
    this.#clock = clock
    this.#random = random
    this.#onChange = onChange
  }

  get entries(): readonly OutboxEntry[] {
    return this.#entries
  }

  /** Something is still to be sent. */
  get isPending(): boolean {
    return this.#entries.some(({ delivery }) => delivery.state !== 'failed')
  }

  /** Takes up what an earlier page left behind. What was being sent then is queued again: the server drops the repeat by its id. */
  async load(): Promise<void> {
    const kept = await this.#store.load()
    const known = new Set(this.#entries.map((entry) => entry.id))
    const revived = kept
      .filter((entry) => !known.has(entry.id))
      .map((entry) =>
        entry.delivery.state === 'sending'
          ? { ...entry, delivery: { state: 'queued', attempts: entry.delivery.attempts } as const }
          : entry,
      )
    this.#set([...revived, ...this.#entries])
  }

  /** Mints the message's id and keeps it. Resolves when it is safe to clear the composer. */
  async enqueue(conversationId: ConversationId | undefined, text: string): Promise<EnqueueResult> {
    const content = text.trim()
    if (content === '') return { kind: 'empty' }
    if (content.length > limits.contentLength) return { kind: 'too-long', maxLength: limits.contentLength }
    const waitingLength = this.#entries.reduce((sum, entry) => sum + entry.content.length, 0)
    if (this.#entries.length >= limits.outboxEntries || waitingLength + content.length > limits.outboxLength)
      return { kind: 'full', maxEntries: limits.outboxEntries, maxLength: limits.outboxLength }
    const id = uuid(this.#random) as ClientMessageId
    const entry: OutboxEntry = {
      id,
      conversationId,
      content,
      createdAtMs: this.#clock.nowMs(),
      delivery: { state: 'queued', attempts: 0 },
    }
    this.#unsaved.add(id)
    this.#set([...this.#entries, entry])
    // Saved before the first attempt: with a store that outlives the page, a tab killed in mid-request finds the entry again.
    await this.#store.put(entry)
    this.#unsaved.delete(id)
    this.#onChange()
    return { kind: 'queued', id }
  }

  /** The first entry of a lane that is to be sent, or `undefined` while there is none or it is still being written. */
  head(isOfLane: (entry: OutboxEntry) => boolean): OutboxEntry | undefined {
    const first = this.#entries.find((entry) => entry.delivery.state !== 'failed' && isOfLane(entry))
    return first && !this.#unsaved.has(first.id) ? first : undefined
  }

  /** Changes how far an entry is; one that is settled already stays settled. */
  async mark(id: ClientMessageId, delivery: DeliveryState): Promise<void> {
    const entry = this.#entries.find((candidate) => candidate.id === id)
    if (!entry) return
    const marked = { ...entry, delivery }
    this.#set(this.#entries.map((candidate) => (candidate.id === id ? marked : candidate)))
    // `sending` is true only of this page, and not worth a write.
    if (delivery.state !== 'sending') await this.#store.put(marked)
  }

  /** Fixes the conversation of an entry that was made before there was one, or frees it from one that is gone. */
  async assign(id: ClientMessageId, conversationId: ConversationId | undefined): Promise<void> {
    const entry = this.#entries.find((candidate) => candidate.id === id)
    if (!entry) return
    const assigned = { ...entry, conversationId }
    this.#set(this.#entries.map((candidate) => (candidate.id === id ? assigned : candidate)))
    await this.#store.put(assigned)
  }

  /** The server has it, or the person gave it up. */
  async settle(id: ClientMessageId): Promise<void> {
    if (!this.#entries.some((entry) => entry.id === id)) return
    this.#set(this.#entries.filter((entry) => entry.id !== id))
    await this.#store.remove(id)
  }

  #set(entries: readonly OutboxEntry[]): void {
    this.#entries = entries
    this.#onChange()
  }
}
