import type { Clock } from '@helvino/runtime'
import { TokenError } from './token-error.ts'

/** A caller's own terms of waiting. */
export interface WaitOptions {
  /** Turned away with `unavailable` after this, in ms; the renewer's `waitWithinMs` where absent. */
  readonly withinMs?: number
  readonly signal?: AbortSignal | undefined
}

/** Callers that wait for a token, in the order in which they came. Each leaves exactly once: with a token, or with a `TokenError`. */
export class WaitingLine {
  readonly #clock: Clock
  readonly #maxLength: number
  /** How to settle each, and when it came, in monotonic ms. */
  readonly #waiters = new Map<(outcome: string | TokenError) => void, number>()

  constructor(clock: Clock, maxLength: number) {
    this.#clock = clock
    this.#maxLength = maxLength
  }

  get length(): number {
    return this.#waiters.size
  }

  /** When the one at the head came, in monotonic ms; `undefined` where nobody waits. */
  get headJoinedAtMs(): number | undefined {
    return this.#waiters.values().next().value
  }

  /** `onLate` says how a caller leaves whose `withinMs` passes first. */
  join(withinMs: number, signal: AbortSignal | undefined, onLate: () => string | TokenError): Promise<string> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: string | TokenError) => {
        cancel()
        signal?.removeEventListener('abort', onAbort)
        this.#waiters.delete(settle)
        if (typeof outcome === 'string') resolve(outcome)
        else reject(outcome)
      }
      const onAbort = () => {
        settle(new TokenError('aborted', { cause: signal?.reason }))
      }
      const cancel = this.#clock.startTimer(withinMs, () => {
        settle(onLate())
      })
      signal?.addEventListener('abort', onAbort)
      this.#waiters.set(settle, this.#clock.monotonicMs())
      if (signal?.aborted) onAbort()
      else if (this.#waiters.size > this.#maxLength) settle(new TokenError('queue-full'))
    })
  }

  /** Everybody leaves, with a token or with an error. */
  settleAll(outcome: string | TokenError): void {
    for (const settle of [...this.#waiters.keys()]) settle(outcome)
  }
}
