import type { Clock } from '@helvino/runtime'
import type { TokenAnswer, TokenRenewerOptions } from './renewer-options.ts'

/**
 * One call of `fetchToken`, settled at the latest after `withinMs`, or once `stop` is aborted, even where it ignores its signal; what it says
 * after that is not heard. Never rejects.
 */
export function attempt(
  fetchToken: TokenRenewerOptions['fetchToken'],
  withinMs: number,
  clock: Clock,
  stop: AbortController,
): Promise<TokenAnswer> {
  const { signal } = stop
  return new Promise((resolve) => {
    const settle = (answer: TokenAnswer) => {
      cancel()
      resolve(answer)
    }
    const fail = (error: unknown) => {
      settle({ kind: 'unavailable', reason: String(error) })
    }
    const cancel = clock.startTimer(withinMs, () => {
      stop.abort('no answer in time')
    })
    signal.addEventListener('abort', () => {
      fail(signal.reason)
    })
    // Within an async function, so that one that throws before it promises anything counts as one that rejects.
    const call = async (): Promise<TokenAnswer | undefined> => fetchToken(signal)
    // Plain JavaScript may answer with nothing, or with something of no kind.
    call().then((answer) => {
      settle(answer?.kind ? answer : { kind: 'unavailable', reason: 'no answer' })
    }, fail)
  })
}
