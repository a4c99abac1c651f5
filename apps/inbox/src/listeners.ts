/** Whoever wants to hear of something, and the way to tell them. */
export function createListeners<Told>() {
  const listeners = new Set<(told: Told) => void>()
  return {
    tell(told: Told): void {
      for (const listener of listeners) listener(told)
    },
    /** Returns the unsubscribe. */
    subscribe(this: void, listener: (told: Told) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
