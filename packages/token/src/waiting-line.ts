import type { Clock } from '@helvino/runtime'
import { TokenError } from './token-error.ts'

/** A caller's own terms of waiting. */
export interface WaitOptions {
  /** Leaves after this, in ms: with a token that was held back, else with `unavailable`. The renewer's `waitWithinMs` where absent. */
  readonly withinMs?: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Callers that wait for a token, in the order in which they came: how to settle each, and when it came, in monotonic ms. Each leaves exactly
 * once: with a token, or with a `TokenError`.
 */
export type WaitingLine = Map<(outcome: string | TokenError) => void, number>

/** `onLate` says how the caller leaves whose `withinMs` passes first. One more than `maxLength` is turned away. */
export const join = (
  line: WaitingLine,
  maxLength: number,
  { withinMs, signal }: Required<WaitOptions>,
  clock: Clock,
  onLate: () => string | TokenError,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const settle = (outcome: string | TokenError) => {
      cancel()
      signal?.removeEventListener('abort', onAbort)
      line.delete(settle)
      if (typeof outcome === 'string') resolve(outcome)
      else reject(outcome)
    }
    const onAbort = () => {
      settle(new TokenError('aborted', signal?.reason))
    }
    const cancel = clock.startTimer(withinMs, () => {
      settle(onLate())
    })
    signal?.addEventListener('abort', onAbort)
    line.set(settle, clock.monotonicMs())
    if (signal?.aborted) onAbort()
    else if (line.size > maxLength) settle(new TokenError('queue-full'))
  })

/** Everybody leaves, with a token or with an error. */
export function settleAll(line: WaitingLine, outcome: string | TokenError): void {
  for (const settle of line.keys()) settle(outcome)
}
