import type { TokenEvent } from '@helvino/client'

// A claim beyond the range of dates must not turn a line of the log into an exception: as JSON such a date is `null`.
const atTime = (ms: number): string => new Date(ms).toJSON() ?? 'an unknown time'

export const tokenCachedLine = (expiresAtMs: number): string => `✅ Org token cached, expires at ${atTime(expiresAtMs)}`

/**
 * What the console says of a renewal; `undefined` where it says nothing. The first token is cached, not refreshed: its asking has no line.
 * `isFirstSaid`: the loader had the first attempt, and said what came of it.
 */
export function lineOfTokenEvent(event: TokenEvent, isFirstSaid: boolean): string | undefined {
  if (event.type === 'refused') return undefined
  const isFirst = event.cause === 'first'
  switch (event.type) {
    case 'renewing':
      return isFirst ? undefined : '🔄 Refreshing org token...'
    case 'renewed':
      if (!isFirst) return `✅ Org token refreshed, expires at ${atTime(event.expiresAtMs)}`
      return isFirstSaid && event.attempt === 0 ? undefined : tokenCachedLine(event.expiresAtMs)
    case 'failed':
      return `❌ Token refresh failed: ${event.reason}`
  }
}

export function say(line: string): void {
  console.info(line)
}

export function warn(line: string): void {
  console.warn(`Helvino: ${line}`)
}
