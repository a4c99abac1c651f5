import type { Clock, Life, Random } from '@helvino/runtime'
import type { AskedAt, IssuedToken } from './held-token.ts'
import type { Tabs } from './tab-line.ts'

/** What asking for a token came to. */
export type TokenAnswer =
  /** `asked`: where the call was made before `fetchToken`, the clocks as they were just before it. */
  | ({ readonly kind: 'issued'; readonly asked?: AskedAt } & IssuedToken)
  /** A passing fault: network, 429, 5xx. `retryAfterMs`: what the issuer asked for. */
  | { readonly kind: 'unavailable'; readonly reason: string; readonly retryAfterMs?: number | undefined }
  /** A final no, such as an account that is switched off. Never answer so for a network fault, 429 or 5xx. */
  | { readonly kind: 'refused'; readonly reason: string; readonly retryAfterMs?: undefined }

export interface TokenRenewerOptions {
  /**
   * Asks the issuer for a token. Aborted after `attemptWithinMs`; a rejection counts as `unavailable`. Must not go through anything
   * that itself waits for this renewer.
   */
  readonly fetchToken: (signal: AbortSignal) => Promise<TokenAnswer>
  readonly clock: Clock
  readonly random: Random
  /** The page, where there is one: being seen, coming back and being online again are reasons to look at the token, going away to let go. */
  readonly life?: Life
  /** Absent where every tab keeps a token of its own. */
  readonly tabs?: Tabs
  /**
   * True while nobody is at it, though callers may wait: then what fails is tried again after 10 to 300 s, and no caller cuts that short.
   * Absent: after 1 to 30 s where a caller waits.
   */
  readonly isIdle?: () => boolean
  /** A token is due this long before its expiry, in ms; never more than a quarter of its life. Sensible: 5,000 to 30,000. @defaultValue `15_000` */
  readonly bufferMs?: number
  /**
   * A token that is due goes with requests for as long as it can, while its successor is fetched; in its last `holdBackMs` they wait for the
   * successor, unless the last renewal failed. Above 0 where requests are slow to arrive; `Infinity`: as soon as it is due. @defaultValue `0`
   */
  readonly holdBackMs?: number
  /** One attempt is given up after this, in ms. @defaultValue `10_000` */
  readonly attemptWithinMs?: number
  /** A caller that names no deadline of its own leaves after this, in ms: with a token that is held back, else turned away. @defaultValue `15_000` */
  readonly waitWithinMs?: number
  /** Callers that may wait at once; one more is turned away with `queue-full`. @defaultValue `10_000` */
  readonly maxWaiting?: number
  /** A token that was already fetched, with the clocks as they were just before. */
  readonly initial?: { readonly issued: IssuedToken; readonly asked: AskedAt } | undefined
}

/** Every option, decided. */
export type RenewerConfig = TokenRenewerOptions &
  Required<Omit<TokenRenewerOptions, 'initial' | 'isIdle' | 'life' | 'tabs'>>

export const resolveOptions = (options: TokenRenewerOptions): RenewerConfig => ({
  bufferMs: 15_000,
  holdBackMs: 0,
  attemptWithinMs: 10_000,
  waitWithinMs: 15_000,
  maxWaiting: 10_000,
  ...options,
})
