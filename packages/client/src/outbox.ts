import { type ClientMessageId, type ConversationId, limits } from '@helvino/protocol'
import { type Clock, type KeyValue, type Random, type SharedValues, uuid } from '@helvino/runtime'
import type { DeliveryState, OutboxEntry, WaitingEntry } from './outbox-entry.ts'
import { decodeOutboxRecord, type Hold, type Lease, type OutboxRecord, restOfHoldMs } from './outbox-record.ts'

export type EnqueueResult =
  | { readonly kind: 'queued'; readonly id: ClientMessageId }
  | { readonly kind: 'empty' }
  | { readonly kind: 'too-long'; readonly maxLength: number }
  /** Too much waits already. */
  | { readonly kind: 'full'; readonly maxEntries: number }

/** How long what waits is kept: on the `device`, where a page that is opened later finds it, or in the memory of this `page` only. */
export type Durability = 'device' | 'page'

export interface OutboxPorts {
  /** Made by `ownedName`. The same name is the same outbox, in every tab. */
  readonly name: string
  readonly clock: Clock
  readonly random: Random
  /** Where it may be kept, the best place first. */
  readonly values: readonly SharedValues[]
  /** A page that is left has time for a word here, and for no other. */
  readonly storage: KeyValue
  /** Messages of one lane are sent one after the other, by one tab at a time. */
  readonly laneOf: (entry: OutboxEntry) => string
  /** What is shown, where it is kept, or what may be sent has changed. */
  readonly onChange: () => void
  /** What this page had to say is kept: the other tabs should look. */
  readonly onKept: () => void
}

/** What this page has to say of one message that is not kept yet. */
interface Change {
  /** `undefined`: it is settled. */
  readonly entry: OutboxEntry | undefined
  /** False of one that was kept: where it is gone by now, another tab has settled it. */
  readonly isNew: boolean
}

interface Step {
  readonly said: readonly (readonly [ClientMessageId, Change])[]
  readonly record: OutboxRecord
}

/** The last place: it never fails, and is this page's own. */
function inMemory(): SharedValues {
  let value: unknown
  return {
    update(_name, change) {
      value = change(value)
      return Promise.resolve(true)
    },
  }
}

// Beside the outbox: the tab whose page was left last.
const leftNote = '/left'
// A tab that is closed or frozen is overtaken after this and a third: 27 s.
const leaseMs = 20_000
// Within this no other tab can have taken over what is ours: a lease lasts far longer.
const freshMs = 1_000
// Far longer than any step takes that ends at all.
const keepWithinMs = 2_000
// A message that is not kept by then is seen to be on its way there.
const showWithinMs = 50

const freshDelivery = { state: 'queued', attempts: 0 } as const

const isWaiting = (entry: OutboxEntry): entry is WaitingEntry => entry.delivery.state !== 'failed'

/**
 * Messages on their way out, in the order of entry, shared by all tabs of their owner. Everything is said first and kept in the next step, which
 * reads what the other tabs have said, adds to it, and takes or renews the lease of each lane that has something to send. A place that fails
 * twice running is not used again by this page; where none is left it goes on from memory.
 */
export class Outbox {
  readonly #ports: OutboxPorts
  #tab: string
  #places: readonly SharedValues[]
  /** As it was kept when last read. */
  #kept: readonly OutboxEntry[] = []
  #changes = new Map<ClientMessageId, Change>()
  readonly #sending = new Set<ClientMessageId>()
  #entries: readonly OutboxEntry[] = []
  #lanes: Readonly<Record<string, Lease>> = {}
  #hold: Hold | undefined
  #running = Promise.resolve()
  #coming: Promise<void> | undefined
  #cancelTimer: (() => void) | undefined
  #isResting = false
  #readAtMs = -Infinity

  constructor(ports: OutboxPorts) {
    this.#ports = ports
    this.#tab = uuid(ports.random)
    this.#places = [...ports.values, inMemory()]
  }

  get entries(): readonly OutboxEntry[] {
    return this.#entries
  }

  get durability(): Durability {
    return this.#places.length > 1 ? 'device' : 'page'
  }

  /** What is known is what is kept, but for the last moments. By the wall clock: the other stands still while a machine sleeps. */
  get isFresh(): boolean {
    return Math.abs(this.#ports.clock.nowMs() - this.#readAtMs) < freshMs
  }

  /** How long the server wants nothing from any tab of ours, in ms. */
  get heldMs(): number {
    return restOfHoldMs(this.#hold, this.#ports.clock.nowMs())
  }

  /** Something is still to be sent. */
  get isPending(): boolean {
    return this.#entries.some(isWaiting)
  }

  /**
   * Takes up what earlier pages and other tabs left. Where that is in a lesser place, a page that could not use a better one is or was at work:
   * this page goes on there, with what is left in the best place too, and a later one, once all that is sent, in the best.
   */
  async load(): Promise<void> {
    const { name } = this.#ports
    const [best, ...lesser] = this.#places
    for (const place of lesser)
      await this.#update(place, (kept) => {
        if (decodeOutboxRecord(kept).entries.length > 0) this.#places = this.#places.slice(this.#places.indexOf(place))
        return kept
      })
    await this.sync()
    if (this.#places[0] === best) return
    // It stays there as well, and is sent once more by a later page: the server drops the repeat by its id.
    void best
      ?.update(name, (kept) => {
        for (const entry of decodeOutboxRecord(kept).entries) this.#say(entry.id, entry, true)
        return kept
      })
      .then(() => this.sync())
  }

  /** Mints the message's id and keeps it. Resolves when it is safe to clear the composer. */
  async enqueue(conversationId: ConversationId | undefined, text: string): Promise<EnqueueResult> {
    const content = text.trim()
    if (content === '') return { kind: 'empty' }
    if (content.length > limits.contentLength) return { kind: 'too-long', maxLength: limits.contentLength }
    const waitingLength = this.#entries.reduce((sum, entry) => sum + entry.content.length, 0)
    if (this.#entries.length >= limits.outboxEntries || waitingLength + content.length > limits.outboxLength)
      return { kind: 'full', maxEntries: limits.outboxEntries }
    const id = uuid(this.#ports.random) as ClientMessageId
    const createdAtMs = this.#ports.clock.nowMs()
    this.#say(id, { id, conversationId, content, createdAtMs, delivery: freshDelivery }, true)
    // Kept before the first attempt: a page that is killed in mid-request finds the entry again.
    const kept = this.sync()
    // Counted at once, and shown when it is kept: drawn before, the page would be busy with that when the storage answers.
    this.#look()
    const cancel = this.#ports.clock.startTimer(showWithinMs, this.#ports.onChange)
    await kept
    cancel()
    return { kind: 'queued', id }
  }

  /**
   * The next entries of a lane to be sent together, at most so many: they are for one conversation, and fit into one request. None while the
   * first is still being kept, or where another tab sends them.
   */
  heads(lane: string, most: number): readonly WaitingEntry[] {
    const lease = this.#lanes[lane]
    if (lease?.tab !== this.#tab || lease.untilMs <= this.#ports.clock.nowMs()) return []
    const waiting = this.#entries.filter(isWaiting).filter((entry) => this.#ports.laneOf(entry) === lane)
    let length = 0
    const end = waiting.findIndex(({ id, conversationId, content }, index) => {
      const isUnsaved = this.#changes.get(id)?.isNew === true
      length += content.length
      const isMore =
        index > 0 &&
        (length > limits.contentLength || (conversationId ?? waiting[0]?.conversationId) !== waiting[0]?.conversationId)
      return index >= most || isMore || isUnsaved
    })
    return end < 0 ? waiting : waiting.slice(0, end)
  }

  /** Changes how far an entry is; one that is settled already stays settled. Resolves once that is kept, or cannot be. */
  mark(id: ClientMessageId, delivery: DeliveryState): Promise<void> {
    this.#sending.delete(id)
    // True only of this page, and not worth a step.
    if (delivery.state === 'sending') {
      this.#sending.add(id)
      this.#show()
      return Promise.resolve()
    }
    return this.#change(id, { delivery })
  }

  /** Gives a failed entry its time once more. */
  retry(id: ClientMessageId): Promise<void> {
    const createdAtMs = this.#ports.clock.nowMs()
    return this.#change(id, { createdAtMs, delivery: freshDelivery })
  }

  /** Fixes the conversation of an entry that was made before there was one, or frees it from one that is gone. */
  assign(id: ClientMessageId, conversationId: ConversationId | undefined): Promise<void> {
    return this.#change(id, { conversationId })
  }

  /** The server has it, or the person gave it up. */
  async settle(id: ClientMessageId): Promise<void> {
    this.#sending.delete(id)
    if (this.#entries.some((entry) => entry.id === id)) await this.#keepNow(id, undefined)
  }

  /** The server wants nothing for so long: kept with the next step, for every tab and for later pages. */
  hold(forMs: number): void {
    const fromMs = this.#ports.clock.nowMs()
    if (forMs > this.heldMs) this.#hold = { fromMs, untilMs: fromMs + forMs }
  }

  /** The page is left: its leases count no longer, and it takes none until `wake`. */
  rest(): Promise<void> {
    const { name, storage } = this.#ports
    this.#isResting = true
    if (this.isPending) storage.set(name + leftNote, this.#tab)
    return this.sync()
  }

  wake(): Promise<void> {
    // The name that it had is that of a page that was left.
    if (this.#isResting) this.#tab = uuid(this.#ports.random)
    this.#isResting = false
    return this.sync()
  }

  /** Reads what is kept, and keeps what was said until now. One step runs at a time; those who wait for the next one share it. */
  sync(): Promise<void> {
    this.#coming ??= this.#running.then(() => {
      this.#coming = undefined
      this.#running = this.#step()
      return this.#running
    })
    return this.#coming
  }

  #say(id: ClientMessageId, entry: OutboxEntry | undefined, isNew = this.#changes.get(id)?.isNew === true): void {
    this.#changes.set(id, { entry, isNew })
  }

  #keepNow(id: ClientMessageId, entry: OutboxEntry | undefined, isNew?: boolean): Promise<void> {
    this.#say(id, entry, isNew)
    this.#show()
    return this.sync()
  }

  async #change(id: ClientMessageId, change: Partial<OutboxEntry>): Promise<void> {
    const entry = this.#entries.find((candidate) => candidate.id === id)
    if (entry) await this.#keepNow(id, { ...entry, ...change })
  }

  async #step(): Promise<void> {
    this.#cancelTimer?.()
    const { said, record } = await this.#keep()
    for (const [id, change] of said) if (this.#changes.get(id) === change) this.#changes.delete(id)
    this.#kept = record.entries
    this.#lanes = record.lanes
    this.#readAtMs = this.#ports.clock.nowMs()
    if (Object.keys(this.#lanes).length > 0 && !this.#isResting)
      this.#cancelTimer = this.#ports.clock.startTimer(leaseMs / 3, () => void this.sync())
    this.#show()
    if (said.length > 0) this.#ports.onKept()
  }

  async #keep(): Promise<Step> {
    for (;;) {
      const step = await this.#try().then((kept) => kept ?? this.#try())
      if (step) return step
      this.#places = this.#places.slice(1)
      this.#changes = new Map(this.#merged(this.#kept).map((entry) => [entry.id, { entry, isNew: true }]))
      this.#kept = []
    }
  }

  /** Says everything to the best place that is left. `undefined` where it fails, or takes too long. */
  async #try(): Promise<Step | undefined> {
    let step: Step | undefined
    const isKept = await this.#update(this.#places[0], (value) => {
      // What was there and is gone altogether was cleared, not settled.
      const kept = value === undefined ? { entries: this.#kept, lanes: {} } : decodeOutboxRecord(value)
      const record = this.#next(kept)
      step = { said: [...this.#changes], record }
      return JSON.stringify(record) === JSON.stringify(value ?? decodeOutboxRecord(value)) ? value : record
    })
    return isKept ? step : undefined
  }

  /** False where the place fails, or takes too long: `change` is not called any more then. */
  #update(place: SharedValues | undefined, change: (kept: unknown) => unknown): Promise<boolean> {
    return new Promise((resolve) => {
      let isOver = false
      const end = (isKept: boolean) => {
        isOver = true
        cancel()
        resolve(isKept)
      }
      const cancel = this.#ports.clock.startTimer(keepWithinMs, () => {
        end(false)
      })
      void place?.update(this.#ports.name, (kept) => (isOver ? kept : change(kept))).then(end)
    })
  }

  #next({ entries: kept, lanes, hold }: OutboxRecord): OutboxRecord {
    const { clock, name, storage, laneOf } = this.#ports
    const nowMs = clock.nowMs()
    if (restOfHoldMs(hold, nowMs) > this.heldMs) this.#hold = hold
    const entries = this.#merged(kept)
    const held: Record<string, Lease> = {}
    const gone = [this.#tab, storage.get(name + leftNote)]
    for (const [lane, lease] of Object.entries(lanes))
      // A lease that ends later than one can is from before the clock was set back.
      if (!gone.includes(lease.tab) && lease.untilMs > nowMs && lease.untilMs <= nowMs + leaseMs) held[lane] = lease
    if (!this.#isResting)
      for (const entry of entries)
        if (isWaiting(entry)) held[laneOf(entry)] ??= { tab: this.#tab, untilMs: nowMs + leaseMs }
    return { entries, lanes: held, ...(this.heldMs > 0 && { hold: this.#hold }) }
  }

  /** What is kept, with all that this page has to say of it. */
  #merged(kept: readonly OutboxEntry[]): readonly OutboxEntry[] {
    const nowMs = this.#ports.clock.nowMs()
    const known = new Set(kept.map(({ id }) => id))
    const fresh = [...this.#changes.values()].flatMap(({ entry, isNew }) =>
      entry && isNew && !known.has(entry.id) ? entry : [],
    )
    const changed = kept.flatMap((entry) => {
      const change = this.#changes.get(entry.id)
      return change ? (change.entry ?? []) : entry
    })
    return [...changed, ...fresh].map((entry) =>
      isWaiting(entry) && nowMs - entry.createdAtMs > limits.outboxMs
        ? { ...entry, delivery: { state: 'failed', code: 'expired' } }
        : entry,
    )
  }

  #show(): void {
    this.#look()
    this.#ports.onChange()
  }

  #look(): void {
    this.#entries = this.#merged(this.#kept).map((entry) => {
      const { id, delivery } = entry
      const isSending = delivery.state === 'queued' && this.#sending.has(id)
      return isSending ? { ...entry, delivery: { ...delivery, state: 'sending' } } : entry
    })
  }
}
