import type { ClientMessageId, ConversationId, PostedMessage } from '@helvino/protocol'
import { backoffMs, type Clock, type Life, type Random, sleep } from '@helvino/runtime'
import type { CallResult } from './call.ts'
import type { Outbox } from './outbox.ts'
import type { OutboxEntry, WaitingEntry } from './outbox-entry.ts'
import { RetryBudget } from './retry-budget.ts'

/** What became of one message in one attempt, and in which conversation it is where it was taken. */
export type Delivery =
  | Exclude<CallResult<PostedMessage>, { kind: 'answered' }>
  | { readonly kind: 'answered'; readonly value: PostedMessage; readonly conversationId: ConversationId }

export interface SenderPorts {
  readonly clock: Clock
  readonly random: Random
  readonly life: Life
  /** How many messages one request may bring at this moment. */
  readonly mostAtOnce: () => number
  /** One attempt for messages of one conversation, token and deadline included; gives what became of each, in their order. Never rejects. */
  readonly deliver: (entries: readonly OutboxEntry[], signal: AbortSignal) => Promise<readonly Delivery[]>
  /** Called before the entry leaves the outbox, so that it never vanishes from the timeline in between. */
  readonly onAccepted: (entry: OutboxEntry, conversationId: ConversationId, posted: PostedMessage) => void
  /** An attempt ended: with an answer of the server, or without one. */
  readonly onAttempt: (isAnswered: boolean) => void
}

interface Lane {
  readonly name: string
  /** Ends the present wait at this moment (monotonic ms), if that is sooner; `undefined` while a request is under way. */
  endWaitAt: ((atMs: number) => void) | undefined
  /** There was a reason to try again while a request was under way: should it fail, the next wait is short. */
  isHurried: boolean
  lastTryAtMs: number
}

const baseMs = 1_000
const visibleCapMs = 30_000
const hiddenCapMs = 300_000
// A person who acts, or a network that returns, may cut a wait short, but no more often than this.
const eagerEveryMs = 5_000

/**
 * Empties the outbox: one request in flight per conversation, in the order of entry, with what waits behind the first where the server takes
 * several at once. Each message is retried with the one backoff until the server answers. One that is refused for good steps aside, visibly,
 * and holds up nobody.
 */
export class Sender {
  readonly #outbox: Outbox
  readonly #laneOf: (entry: OutboxEntry) => string
  readonly #ports: SenderPorts
  readonly #signal: AbortSignal
  readonly #lanes = new Map<string, Lane>()
  readonly #budget = new RetryBudget()
  /** The server's own word on when to come back: it holds for every lane, and no hurry overrides it. Monotonic ms. */
  #blockedUntilMs = 0

  constructor(outbox: Outbox, laneOf: (entry: OutboxEntry) => string, ports: SenderPorts, signal: AbortSignal) {
    this.#outbox = outbox
    this.#laneOf = laneOf
    this.#ports = ports
    this.#signal = signal
  }

  /** Starts a run for every lane of ours that has something to send and none yet. */
  run(): void {
    for (const entry of this.#outbox.entries) {
      const name = this.#laneOf(entry)
      if (this.#lanes.has(name) || this.#signal.aborted || this.#outbox.heads(name, 1).length === 0) continue
      const lane: Lane = { name, endWaitAt: undefined, isHurried: false, lastTryAtMs: 0 }
      this.#lanes.set(name, lane)
      void this.#empty(lane)
    }
  }

  /** A reason to try again now: waits end as soon as the five-second rule and the server's own word allow. */
  hurry(): void {
    for (const lane of this.#lanes.values()) {
      if (lane.endWaitAt) lane.endWaitAt(Math.max(this.#blockedUntilMs, lane.lastTryAtMs + eagerEveryMs))
      else lane.isHurried = true
    }
  }

  async #empty(lane: Lane): Promise<void> {
    for (;;) {
      // Another tab may have sent the first, or taken the lane over while this one stood still. To look costs a step of the database.
      if (!this.#outbox.isFresh) await this.#outbox.sync()
      const entries = this.#outbox.heads(lane.name, this.#ports.mostAtOnce())
      if (entries.length === 0 || this.#signal.aborted) break
      const delayMs = this.#dueInMs(entries)
      if (delayMs > 0) await sleep(this.#ports.clock, delayMs, this.#signal).catch(() => undefined)
      else await this.#send(entries, lane)
    }
    this.#lanes.delete(lane.name)
  }

  /** 0 where these may be tried now, which counts as done; otherwise how long the server, or the budget of all lanes, has them wait. */
  #dueInMs([first]: readonly WaitingEntry[]): number {
    const nowMs = this.#ports.clock.monotonicMs()
    const heldMs = Math.max(this.#blockedUntilMs - nowMs, this.#outbox.heldMs)
    if (heldMs > 0) return heldMs
    if (first && first.delivery.attempts > 0) return this.#budget.take(nowMs)
    this.#budget.noteFirst()
    return 0
  }

  async #send(entries: readonly WaitingEntry[], lane: Lane): Promise<void> {
    const { clock, deliver, onAccepted, onAttempt } = this.#ports
    for (const { id, delivery } of entries) void this.#outbox.mark(id, { ...delivery, state: 'sending' })
    lane.lastTryAtMs = clock.monotonicMs()
    const deliveries = await deliver(entries, this.#signal)
    if (this.#signal.aborted) return
    if (deliveries[0]?.kind !== 'unreachable' && entries[0] && entries[0].delivery.attempts > 0) this.#budget.giveBack()
    const inVain: WaitingEntry[] = []
    let retryAfterMs: number | undefined
    const kept = entries.map((entry, index) => {
      const delivery = deliveries[index]
      if (delivery?.kind === 'answered') {
        onAccepted(entry, delivery.conversationId, delivery.value)
        return this.#outbox.settle(entry.id)
      }
      if (delivery?.kind === 'refused') return this.#outbox.mark(entry.id, { state: 'failed', code: delivery.code })
      if (delivery?.kind === 'unreachable') retryAfterMs ??= delivery.retryAfterMs
      inVain.push(entry)
      return this.#outbox.mark(entry.id, { state: 'queued', attempts: entry.delivery.attempts + 1 })
    })
    if (retryAfterMs !== undefined) {
      this.#blockedUntilMs = Math.max(this.#blockedUntilMs, clock.monotonicMs() + retryAfterMs)
      // In the step that keeps the rest.
      this.#outbox.hold(retryAfterMs)
    }
    await Promise.all(kept)
    onAttempt(inVain.length === 0)
    const [first] = inVain
    // Where the server said when to come back, that holds for the next message too.
    const isHeldUp = retryAfterMs !== undefined || inVain.some(({ id }) => this.#isWaiting(id))
    if (first && isHeldUp) await this.#wait(lane, first.delivery.attempts, retryAfterMs)
  }

  /** False once the entry was seen on the socket, or discarded, while its request was under way. */
  #isWaiting(id: ClientMessageId): boolean {
    return this.#outbox.entries.some((entry) => entry.id === id)
  }

  #wait(lane: Lane, attempts: number, retryAfterMs: number | undefined): Promise<void> {
    const { clock, random, life } = this.#ports
    const capMs = life.isVisible() ? visibleCapMs : hiddenCapMs
    const nowMs = clock.monotonicMs()
    const delayMs = Math.max(retryAfterMs ?? 0, backoffMs(attempts, baseMs, capMs, random))
    return new Promise((resolve) => {
      let endAtMs = nowMs + delayMs
      const end = () => {
        cancel()
        this.#signal.removeEventListener('abort', end)
        lane.endWaitAt = undefined
        resolve()
      }
      let cancel = clock.startTimer(delayMs, end)
      lane.endWaitAt = (atMs) => {
        if (atMs >= endAtMs) return
        endAtMs = atMs
        cancel()
        cancel = clock.startTimer(Math.max(0, atMs - clock.monotonicMs()), end)
      }
      this.#signal.addEventListener('abort', end, { once: true })
      if (lane.isHurried) lane.endWaitAt(Math.max(this.#blockedUntilMs, lane.lastTryAtMs + eagerEveryMs))
      lane.isHurried = false
    })
  }
}
