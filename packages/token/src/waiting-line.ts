import type { Clock } from '@helvino/runtime'
import { TokenError } from './token-error.ts'

interface Waiter {
  readonly resolve: (token: string) => void
  readonly reject: (error: TokenError) => void
  readonly leave: () => void
}

/** Callers that wait for a token, in the order in which they came. Each leaves exactly once: with a token, or with a `TokenError`. */
export class WaitingLine {
  readonly #clock: Clock
  readonly #maxLength: number
  readonly #waiters = new Set<Waiter>()

  constructor(clock: Clock, maxLength: number) {
    this.#clock = clock
    this.#maxLength = maxLength
  }

  get length(): number {
    return this.#waiters.size
  }

  /** `onLate` makes the error for a caller whose `withinMs` passes first. */
  join(withinMs: number, signal: AbortSignal | undefined, onLate: () => TokenError): Promise<string> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(new TokenError('aborted', { cause: signal.reason }))
        return
      }
      if (this.#waiters.size >= this.#maxLength) {
        reject(new TokenError('queue-full'))
        return
      }
      const settleWith = (error: TokenError) => {
        waiter.leave()
        reject(error)
      }
      const onAbort = () => {
        settleWith(new TokenError('aborted', { cause: signal?.reason }))
      }
      const cancel = this.#clock.startTimer(withinMs, () => {
        settleWith(onLate())
      })
      const waiter: Waiter = {
        resolve,
        reject,
        leave: () => {
          cancel()
          signal?.removeEventListener('abort', onAbort)
          this.#waiters.delete(waiter)
        },
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#waiters.add(waiter)
    })
  }

  serve(token: string): void {
    this.#empty((waiter) => {
      waiter.resolve(token)
    })
  }

  turnAway(error: TokenError): void {
    this.#empty((waiter) => {
      waiter.reject(error)
    })
  }

  #empty(settle: (waiter: Waiter) => void): void {
    for (const waiter of [...this.#waiters]) {
      waiter.leave()
      settle(waiter)
    }
  }
}
