import {
  type ConversationId,
  type ServerFrame,
  type TypingFrame,
  typingLimits,
} from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'

export type Typist = Pick<TypingFrame, 'role' | 'name'>

/** Who writes at the moment, by conversation; one where nobody does is not in it. */
export type Typists = ReadonlyMap<ConversationId, readonly Typist[]>

export interface TypingPorts {
  readonly clock: Clock
  /** That its owner writes there. */
  readonly tell: (conversationId: ConversationId) => void
}

interface Heard extends Typist {
  readonly conversationId: ConversationId
  /** Monotonic ms. */
  readonly untilMs: number
}

const isSame = (one: Heard, other: Heard): boolean =>
  one.conversationId === other.conversationId && one.role === other.role && one.name === other.name

/** Who else writes, as it is heard, and that we do, as it is told. What is heard ends by itself, or with a message of that side. */
export class Typing {
  readonly #ports: TypingPorts
  readonly #listeners = new Set<() => void>()
  #heard: readonly Heard[] = []
  #typists: Typists = new Map()
  #cancelTimer: (() => void) | undefined
  #toldAtMs = -Infinity

  constructor(ports: TypingPorts) {
    this.#ports = ports
  }

  get typists(): Typists {
    return this.#typists
  }

  /** Returns the unsubscribe. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The owner of this page writes there: told at most once in `typingLimits.everyMs`. */
  note(conversationId: ConversationId): void {
    const { clock, tell } = this.#ports
    const nowMs = clock.monotonicMs()
    if (nowMs - this.#toldAtMs < typingLimits.everyMs) return
    this.#toldAtMs = nowMs
    tell(conversationId)
  }

  hear(frame: ServerFrame): void {
    if (frame.type === 'typing') {
      const { type: _, ...who } = frame
      const heard = { ...who, untilMs: this.#ports.clock.monotonicMs() + typingLimits.lastsMs }
      this.#keep([...this.#heard.filter((each) => !isSame(each, heard)), heard])
    }
    if (frame.type === 'message') {
      const { conversationId, role } = frame.message
      this.#keep(this.#heard.filter((each) => each.conversationId !== conversationId || each.role !== role))
    }
  }

  #keep(heard: readonly Heard[]): void {
    const isChanged =
      heard.length !== this.#heard.length || heard.some((each) => !this.#heard.some((one) => isSame(one, each)))
    this.#heard = heard
    this.#arm()
    if (!isChanged) return
    const typists = new Map<ConversationId, readonly Typist[]>()
    for (const { conversationId, untilMs: _, ...who } of heard)
      typists.set(conversationId, [...(typists.get(conversationId) ?? []), who])
    this.#typists = typists
    for (const listener of this.#listeners) listener()
  }

  /** The first to end is the first in the list: each is put at its end when it is heard of. */
  #arm(): void {
    const { clock } = this.#ports
    this.#cancelTimer?.()
    const [first] = this.#heard
    this.#cancelTimer =
      first &&
      clock.startTimer(first.untilMs - clock.monotonicMs(), () => {
        const nowMs = clock.monotonicMs()
        this.#keep(this.#heard.filter(({ untilMs }) => untilMs > nowMs))
      })
  }
}
