const shortestMs = 1_000
const longestMs = 3_600_000

/**
 * Reads `Retry-After` (RFC 9110 section 10.2.3), seconds or an HTTP date, as ms from now, clamped to 1 s to 1 h.
 * `undefined` for an absent header and for anything else.
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined
  const text = value.trim()
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs
  return Number.isNaN(waitMs) ? undefined : Math.min(longestMs, Math.max(shortestMs, waitMs))
}
