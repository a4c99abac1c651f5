import type { ConversationId, MessagePage, Sequence } from '@helvino/protocol'
import type { Clock, Random } from '@helvino/runtime'
import type { CallResult } from './call.ts'
import { pauseBetweenTries } from './retry.ts'

export interface ResumePorts {
  readonly clock: Clock
  readonly random: Random
  /** One page after the given sequence; the newest page where it is `undefined`. Never rejects. */
  readonly fetchPage: (
    id: ConversationId,
    after: Sequence | undefined,
    signal: AbortSignal,
  ) => Promise<CallResult<MessagePage>>
  /** Where to go on: `'newest'` before anything is held, `undefined` once nothing is missing. */
  readonly nextAfter: (id: ConversationId) => Sequence | 'newest' | undefined
  /** A page is about to be asked for. */
  readonly onAsk: (id: ConversationId) => void
  /** There was no answer. */
  readonly onFailure: (id: ConversationId) => void
  readonly onPage: (id: ConversationId, page: MessagePage, after: Sequence | 'newest') => void
}

/** Fetches what is missing of a conversation, page by page, one fetch at a time per conversation. */
export class Resume {
  readonly #ports: ResumePorts
  readonly #signal: () => AbortSignal
  readonly #running = new Set<ConversationId>()

  /** `signal` gives the one that holds at the moment: a fetch ends with it. */
  constructor(ports: ResumePorts, signal: () => AbortSignal) {
    this.#ports = ports
    this.#signal = signal
  }

  /** Starts fetching, unless that is under way, and goes on until nothing is missing. */
  catchUp(id: ConversationId): void {
    const signal = this.#signal()
    if (this.#running.has(id) || signal.aborted) return
    this.#running.add(id)
    void this.#fetchAll(id, signal).finally(() => this.#running.delete(id))
  }

  async #fetchAll(id: ConversationId, signal: AbortSignal): Promise<void> {
    const { clock, random, fetchPage, nextAfter, onAsk, onFailure, onPage } = this.#ports
    let failures = 0
    while (!signal.aborted) {
      const after = nextAfter(id)
      if (after === undefined) return
      onAsk(id)
      // The last one that is held comes again: in a store that was set back to an older copy another has its place.
      const from = after === 'newest' ? undefined : ((after && after - 1) as Sequence)
      const result = await fetchPage(id, from, signal)
      if (result.kind !== 'answered') onFailure(id)
      if (result.kind === 'refused' || signal.aborted) return
      if (result.kind === 'answered') {
        onPage(id, result.value, after)
        // A server that tells of more than it gives must not be asked for ever: only progress counts as success.
        const hasMoved = result.value.messages.length > 0 && nextAfter(id) !== after
        if (hasMoved) failures = 0
        if (hasMoved || nextAfter(id) === undefined) continue
      }
      await pauseBetweenTries(failures, result, clock, random, signal)
      failures += 1
    }
  }
}
