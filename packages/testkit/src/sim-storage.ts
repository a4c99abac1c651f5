import type { KeyValue } from '@helvino/runtime'

/** The storage of one origin, shared by its tabs. */
export class SimStorage implements KeyValue {
  readonly #entries = new Map<string, string>()
  /** Blocked by a setting or a sandbox: keeps nothing and knows nothing. What was there comes back when it is unblocked. */
  isBlocked = false
  /** Full above this many characters, keys and values counted; browsers allow about 5 million. */
  maxLength = 5_000_000

  get length(): number {
    let length = 0
    for (const [key, value] of this.#entries) length += key.length + value.length
    return length
  }

  /** Every key that is kept, in the order of first setting. */
  get keys(): string[] {
    return [...this.#entries.keys()]
  }

  get(key: string): string | undefined {
    return this.isBlocked ? undefined : this.#entries.get(key)
  }

  set(key: string, value: string): boolean {
    if (this.isBlocked) return false
    const before = this.#entries.get(key)
    const heldLength = before === undefined ? 0 : key.length + before.length
    if (this.length - heldLength + key.length + value.length > this.maxLength) return false
    this.#entries.set(key, value)
    return true
  }

  remove(key: string): void {
    if (!this.isBlocked) this.#entries.delete(key)
  }

  clear(): void {
    this.#entries.clear()
  }
}
