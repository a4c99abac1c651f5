import type { FanOut, FanOutEvent } from './contract.ts'

/**
 * Fan-out inside one process: listeners hear an event before `publish` returns, in the order of publishing.
 * A listener that throws has a bug; it is reported, and neither the write that was committed nor the other listeners suffer.
 */
export function createLocalFanOut(onListenerError: (error: unknown) => void): FanOut {
  const listeners = new Set<(event: FanOutEvent) => void>()
  return {
    publish(event) {
      for (const listener of listeners) {
        try {
          listener(event)
        } catch (error) {
          onListenerError(error)
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    // Within one process nothing is.
    onLoss: () => () => undefined,
  }
}
