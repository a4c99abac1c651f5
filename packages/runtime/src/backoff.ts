import type { Random } from './random.ts'

/**
 * The one exponential backoff of the house, in ms: `attempt` 0 is the first wait. Half-floor jitter: between half the
 * ceiling and all of it, so that a crowd that lost one server does not return as a crowd, and does not knock twice as
 * often as a plain backoff either. The ceiling doubles from `baseMs` up to `capMs`.
 */
export function backoffMs(attempt: number, baseMs: number, capMs: number, random: Random): number {
  const ceilingMs = Math.min(capMs, baseMs * 2 ** attempt)
  return ceilingMs / 2 + (random.fraction() * ceilingMs) / 2
}
