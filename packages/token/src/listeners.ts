import type { Clock } from '@helvino/runtime'
import type { TokenEvent } from './token-event.ts'

export type TokenListener = (event: TokenEvent) => void

/** Tells everybody who listens. A listener's bug is reported where uncaught errors go, and must not stop a renewal half-way. */
export function tell(listeners: ReadonlySet<TokenListener>, event: TokenEvent, clock: Clock): void {
  for (const listener of listeners) {
    try {
      listener(event)
    } catch (error) {
      clock.startTimer(0, () => {
        throw error
      })
    }
  }
}
