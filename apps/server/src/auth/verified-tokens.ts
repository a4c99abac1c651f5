import type { KeyObject } from 'node:crypto'
import type { KeyPurpose, KeyRing } from './key-ring.ts'

/** Of one token: which key has signed it, and what it says. */
interface VerifiedToken {
  readonly headerPart: string
  readonly key: KeyObject
  readonly payload: Readonly<Record<string, unknown>>
}

/** Tokens that are kept; of one more, the one that was verified longest ago is verified anew when it comes again. */
const maxTokens = 5_000

/**
 * Tokens of one purpose whose signature was found right, by their exact text: a visitor sends the same one for minutes. What was
 * found holds while the key that signed is the one that the ring would verify with; time is not looked at here.
 */
export class VerifiedTokens {
  readonly #tokens = new Map<string, VerifiedToken>()

  find(keyRing: KeyRing, purpose: KeyPurpose, token: string): VerifiedToken['payload'] | undefined {
    const known = this.#tokens.get(token)
    if (!known) return undefined
    if (keyRing.verifyingKey(purpose, known.headerPart) === known.key) return known.payload
    this.#tokens.delete(token)
    return undefined
  }

  keep(token: string, verified: VerifiedToken): void {
    const oldest = this.#tokens.size < maxTokens ? undefined : this.#tokens.keys().next().value
    if (oldest !== undefined) this.#tokens.delete(oldest)
    this.#tokens.set(token, verified)
  }
}
