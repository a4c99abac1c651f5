import type { Life, LifeEvent } from '@helvino/runtime'

/** A page whose life the test leads. */
export class SimLife implements Life {
  readonly #listeners = new Set<(event: LifeEvent) => void>()
  #isVisible = true
  #isOnline = true

  /** Subscriptions that have not been ended. */
  get listenerCount(): number {
    return this.#listeners.size
  }

  isVisible(): boolean {
    return this.#isVisible
  }

  isOnline(): boolean {
    return this.#isOnline
  }

  subscribe(listener: (event: LifeEvent) => void): () => void {
    // Two subscriptions of one function are two subscriptions.
    const own = (event: LifeEvent) => {
      listener(event)
    }
    this.#listeners.add(own)
    return () => {
      this.#listeners.delete(own)
    }
  }

  /** Changes what `isVisible` and `isOnline` answer, then tells the listeners. */
  emit(event: LifeEvent): void {
    if (event === 'visible' || event === 'hidden') this.#isVisible = event === 'visible'
    if (event === 'online' || event === 'offline') this.#isOnline = event === 'online'
    for (const listener of [...this.#listeners]) listener(event)
  }

  kill(): void {
    this.#listeners.clear()
  }
}
