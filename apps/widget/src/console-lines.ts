import type { TokenEvent } from '@helvino/client'

// A claim beyond the range of dates must not turn a line of the log into an exception: as JSON such a date is `null`.
const atTime = (ms: number): string => new Date(ms).toJSON() ?? 'an unknown time'

export const cachedText = '✅ Org token cached, expires at '

export const tokenCachedLine = (expiresAtMs: number): string => cachedText + atTime(expiresAtMs)

/**
 * What the console says of a renewal; `undefined` where it says nothing. The first token is cached, not refreshed, and so is one that another
 * tab fetched. `isFirstSaid`: the loader had the first attempt, and said what came of it.
 */
export function lineOfTokenEvent(event: TokenEvent, isFirstSaid: boolean): string | undefined {
  switch (event.type) {
    case 'renewing':
      return event.cause === 'first' ? undefined : '🔄 Refreshing org token...'
    case 'renewed':
      if (event.isShared) return tokenCachedLine(event.expiresAtMs)
      if (event.cause !== 'first') return `✅ Org token refreshed, expires at ${atTime(event.expiresAtMs)}`
      return isFirstSaid && event.attempt === 0 ? undefined : tokenCachedLine(event.expiresAtMs)
    case 'failed':
      return `❌ Token refresh failed: ${event.reason}`
    case 'refused':
      return undefined
  }
}

export function say(line: string): void {
  console.info(line)
}

export function warn(line: string): void {
  console.warn(`Helvino: ${line}`)
}

/** A mistake of the page's own, told as its other mistakes are. */
export function passOn(error: unknown): void {
  console.error(error)
}
