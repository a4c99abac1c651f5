import type { HeldResponse } from '@helvino/testkit'

/** How a connection ends: with a farewell (FIN), or torn down (RST), by which bytes under way are lost too. */
export type Ending = 'close' | 'reset'

/** What goes wrong with one request on a real network; the words are those of `SimFault`. */
export type Fault =
  /** The server reads so many bytes of the request and no more; then both connections end. */
  | { readonly kind: 'drop'; readonly afterBytes: number; readonly by: Ending }
  /** The server works on it; the client reads so many bytes of the answer and no more, then its connection ends. */
  | {
      readonly kind: 'lose-response'
      readonly afterBytes: number | ((answer: Buffer) => number)
      readonly by: Ending
    }
  /** Taken, never handed on and never answered. */
  | { readonly kind: 'black-hole' }
  /** The server works on it; its answer is lost, and the client is never told. */
  | { readonly kind: 'swallow-response' }
  /** The server gets it twice, one after the other or both at once; the client gets the later answer. */
  | { readonly kind: 'duplicate'; readonly isConcurrent: boolean }
  /** Comes so late at the server, and its answer so late at the client. */
  | { readonly kind: 'delay'; readonly requestMs: number; readonly responseMs: number }
  /** The answer trickles in: so many bytes at a time, so far apart. */
  | { readonly kind: 'throttle'; readonly sliceBytes: number; readonly everyMs: number }
  /** The server works on it; its answer waits until it is released. */
  | { readonly kind: 'hold'; readonly response: HeldResponse }
  /** Something in between answers, with these headers beside CORS; the server never sees it. */
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: object
      /** Waits until it is released. */
      readonly response?: HeldResponse
    }
