import type { HttpRequest } from '@helvino/runtime'
import type { SimAnswer } from './sim-answer.ts'

/** What goes wrong with one request. */
export type SimFault =
  /** Lost before the server sees it; the client is told. */
  | { readonly kind: 'drop' }
  /** The server works on it, its answer is lost; the client is told. */
  | { readonly kind: 'lose-response' }
  /** Lost, and the client is never told. */
  | { readonly kind: 'black-hole' }
  /** The server works on it, its answer is lost, and the client is never told. */
  | { readonly kind: 'swallow-response' }
  /** The server sees it twice, as from a proxy that repeats; the second answer is what the client gets. */
  | { readonly kind: 'duplicate' }
  /** Takes so much longer, in ms, half of it on each way. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** Something in between answers; the server never sees it. */
  | { readonly kind: 'answer'; readonly answer: SimAnswer }
  /** The server works on it; its answer waits until it is released. */
  | { readonly kind: 'hold'; readonly response: HeldResponse }

/** Which request a fault waits for. */
export type RequestMatch = (request: HttpRequest) => boolean

/** An answer that is on its way until the test lets it arrive: any number of them, in any order. */
export class HeldResponse {
  #arrive: (() => void) | undefined
  #isReleased = false

  /** True once the server has answered. */
  get isReady(): boolean {
    return this.#arrive !== undefined
  }

  /** Lets the answer arrive, at once or as soon as the server gives it. */
  release(): void {
    this.#isReleased = true
    this.#arrive?.()
  }

  /** For the network: what to do when the answer may arrive. */
  whenReleased(arrive: () => void): void {
    this.#arrive = arrive
    if (this.#isReleased) arrive()
  }
}
