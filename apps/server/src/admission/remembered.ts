/** Names that are remembered; of one more, the one that was kept longest ago is forgotten. */
const maxNames = 10_000

/** What is known of each name, for as long as there is room. */
export class Remembered<Value> {
  readonly #values = new Map<string, Value>()

  find(name: string): Value | undefined {
    return this.#values.get(name)
  }

  keep(name: string, value: Value): void {
    this.#values.delete(name)
    const oldest = this.#values.size < maxNames ? undefined : this.#values.keys().next().value
    if (oldest !== undefined) this.#values.delete(oldest)
    this.#values.set(name, value)
  }

  forget(name: string): void {
    this.#values.delete(name)
  }
}
