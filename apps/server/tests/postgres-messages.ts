/**
 * Cuts what one side of a connection sends into its messages (PostgreSQL manual, section 54.7): each has a type of one byte and a length
 * of four that counts itself. The client's first message has no type.
 */
export class PostgresMessages {
  #rest = Buffer.alloc(0)
  #typeBytes: 0 | 1

  constructor(side: 'client' | 'server') {
    this.#typeBytes = side === 'client' ? 0 : 1
  }

  /** The messages that are complete now, each with all of its bytes. */
  take(bytes: Buffer): readonly { readonly type: string; readonly bytes: Buffer }[] {
    this.#rest = Buffer.concat([this.#rest, bytes])
    const messages = []
    for (;;) {
      const head = this.#typeBytes + 4
      const length = this.#rest.length < head ? Infinity : this.#typeBytes + this.#rest.readUInt32BE(this.#typeBytes)
      if (this.#rest.length < length) return messages
      const type = this.#typeBytes === 0 ? 'start' : this.#rest.toString('latin1', 0, 1)
      messages.push({ type, bytes: this.#rest.subarray(0, length) })
      this.#rest = this.#rest.subarray(length)
      this.#typeBytes = 1
    }
  }
}
