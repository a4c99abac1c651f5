import type { ClientMessageId, ConversationId } from '@helvino/protocol'

/** So many are remembered; once there were more, every message that comes again counts as one of them. */
const mostRemembered = 10_000

interface Keyed {
  readonly conversationId: ConversationId
  readonly clientMessageId: ClientMessageId | null | undefined
}

const nameOf = ({ conversationId, clientMessageId }: Keyed): string => `${conversationId} ${clientMessageId ?? ''}`

/**
 * Messages whose database failed under them: they may be stored, and then nobody was told. Whoever sent one sends it again, and it is
 * told then.
 */
export class Untold {
  readonly #names = new Set<string>()
  #hasOverflown = false

  note(messages: readonly Keyed[]): void {
    for (const message of messages) this.#names.add(nameOf(message))
    if (this.#names.size <= mostRemembered) return
    this.#names.clear()
    this.#hasOverflown = true
  }

  /** True, once, for a message that may be stored untold. */
  take(message: Keyed): boolean {
    return this.#names.delete(nameOf(message)) || this.#hasOverflown
  }
}
