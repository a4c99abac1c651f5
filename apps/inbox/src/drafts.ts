import {
  asRecord,
  asString,
  type ConversationId,
  decodeConversationId,
  decodeSequence,
  parseJson,
  type Sequence,
  sequenceZero,
} from '@helvino/protocol'
import type { Clock, KeyValue } from '@helvino/runtime'

/** A reply that an agent has begun and not sent. */
export interface Draft {
  readonly text: string
  /** The newest message when it was begun: what came after it has been said while the agent was writing. */
  readonly since: Sequence
  /** Wall clock, ms since the Unix epoch. */
  readonly editedAtMs: number
}

export type DraftMap = ReadonlyMap<ConversationId, Draft>

export const draftLimits = {
  /** Drafts that are kept; beyond it the one that was longest left alone goes. */
  count: 50,
  /** Characters (UTF-16 code units, 2 bytes each) that are kept of one; the page itself holds all of it. */
  length: 10_000,
  /** How long one is kept that nobody touches, in ms: thirty days. */
  ms: 30 * 24 * 60 * 60 * 1_000,
} as const

export interface DraftsPorts {
  readonly storage: KeyValue
  readonly clock: Pick<Clock, 'nowMs'>
  /** Where they are kept, made by `ownedName`: another agent on this device has another name. */
  readonly name: string
}

function decodeDraft([key, value]: [string, unknown]): [ConversationId, Draft] | undefined {
  const id = decodeConversationId(key)
  const record = asRecord(value)
  const text = asString(record?.['text'])
  const editedAtMs = record?.['editedAtMs']
  if (!id || !text || typeof editedAtMs !== 'number') return undefined
  return [id, { text, since: decodeSequence(record?.['since']) ?? sequenceZero, editedAtMs }]
}

/** Drafts that make sense, whatever stands there. */
const decodeDrafts = (text: string | undefined): [ConversationId, Draft][] =>
  Object.entries(asRecord(parseJson(text ?? '')) ?? {})
    .map(decodeDraft)
    .filter((draft) => draft !== undefined)

/** One agent's drafts, by conversation. They outlive the page; where the browser keeps nothing they live as long as it. */
export class Drafts {
  readonly #ports: DraftsPorts
  readonly #listeners = new Set<() => void>()
  #all: DraftMap = new Map()
  #isKept = true

  constructor(ports: DraftsPorts) {
    this.#ports = ports
    this.read()
  }

  get all(): DraftMap {
    return this.#all
  }

  /** Returns the unsubscribe. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Takes up what other tabs have kept since. */
  read(): void {
    if (this.#isKept) this.#show(this.#current())
  }

  /** Makes a draft from what it is at that moment; an empty one is none. `newest`: the newest message that the writer can see. */
  change(id: ConversationId, newest: Sequence, edit: (text: string) => string): void {
    const { storage, clock, name } = this.#ports
    const before = this.#all.get(id)
    const text = edit(before?.text ?? '')
    const others = (this.#isKept ? this.#current() : [...this.#all]).filter(([other]) => other !== id)
    const own: Draft = { text, since: before?.since ?? newest, editedAtMs: clock.nowMs() }
    const all = text === '' ? others : [[id, own] as const, ...others].slice(0, draftLimits.count)
    this.#show(all)
    const cut = all.map(([key, draft]) => [key, { ...draft, text: draft.text.slice(0, draftLimits.length) }] as const)
    if (all.length === 0) storage.remove(name)
    else this.#isKept = storage.set(name, JSON.stringify(Object.fromEntries(cut)))
  }

  /** What is kept, the last edited first, without what is too old. Ours where it is the same: it may be longer than what is kept. */
  #current(): [ConversationId, Draft][] {
    const { storage, clock, name } = this.#ports
    const nowMs = clock.nowMs()
    return decodeDrafts(storage.get(name))
      .filter(([, { editedAtMs }]) => nowMs - editedAtMs < draftLimits.ms)
      .sort(([, one], [, other]) => other.editedAtMs - one.editedAtMs)
      .map(([id, kept]) => {
        const own = this.#all.get(id)
        return [id, own?.editedAtMs === kept.editedAtMs ? own : kept]
      })
  }

  #show(all: Iterable<readonly [ConversationId, Draft]>): void {
    this.#all = new Map(all)
    for (const listener of this.#listeners) listener()
  }
}
