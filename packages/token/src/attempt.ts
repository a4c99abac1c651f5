import type { Clock } from '@helvino/runtime'
import type { TokenAnswer } from './renewer-options.ts'

/**
 * One call of `fetchToken`, settled at the latest after `withinMs` even where it ignores its signal; what it says after that is not heard.
 * Never rejects.
 */
export function attempt(
  fetchToken: (signal: AbortSignal) => Promise<TokenAnswer>,
  withinMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<TokenAnswer> {
  return new Promise((resolve) => {
    const deadline = new AbortController()
    const settle = (answer: TokenAnswer) => {
      cancel()
      signal.removeEventListener('abort', give)
      resolve(answer)
    }
    const give = () => {
      deadline.abort()
      settle({ kind: 'unavailable', reason: 'given up' })
    }
    const cancel = clock.startTimer(withinMs, () => {
      deadline.abort()
      settle({ kind: 'unavailable', reason: `no answer within ${withinMs} ms` })
    })
    signal.addEventListener('abort', give, { once: true })
    const fail = (error: unknown) => {
      settle({ kind: 'unavailable', reason: error instanceof Error ? error.message : 'unknown' })
    }
    try {
      fetchToken(deadline.signal).then(settle, fail)
    } catch (error) {
      fail(error)
    }
  })
}
