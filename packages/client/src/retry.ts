import { backoffMs, type Clock, type Random, sleep } from '@helvino/runtime'
import type { CallResult } from './call.ts'

const baseMs = 1_000
const capMs = 30_000

/** Waits between the tries of one read: backoff with jitter, and never less than the server asked for. Resolves early where `signal` aborts. */
export async function pauseBetweenTries(
  failures: number,
  result: CallResult<unknown>,
  clock: Clock,
  random: Random,
  signal: AbortSignal,
): Promise<void> {
  const retryAfterMs = result.kind === 'unreachable' ? (result.retryAfterMs ?? 0) : 0
  const delayMs = Math.max(retryAfterMs, backoffMs(failures, baseMs, capMs, random))
  // Aborted: whoever loops over tries looks at the signal next.
  await sleep(clock, delayMs, signal).catch(() => undefined)
}
