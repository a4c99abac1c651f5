import type { KeyFile, StoredKeys } from '../../../apps/server/src/auth/key-file.ts'
import type { SimRandom } from '@helvino/testkit'

const secretBytes = 32

/** The key file of one world, which outlives every process of the server. */
export class MemoryKeys implements KeyFile {
  readonly path = 'keys.json'
  readonly visitorKey: Uint8Array
  readonly #random: SimRandom
  #keys: StoredKeys
  #version = 0

  constructor(random: SimRandom) {
    this.#random = random
    this.visitorKey = random.bytes(secretBytes)
    this.#keys = { visitorKey: this.visitorKey, signingKeys: [this.#newKey()] }
  }

  read() {
    return { kind: 'ok', keys: this.#keys, version: String(this.#version) } as const
  }

  write(keys: StoredKeys): void {
    this.#keys = keys
    this.#version += 1
  }

  version(): string {
    return String(this.#version)
  }

  /** Every signing key is gone and another is there: no token from before is taken any more, within a second. */
  lose(): void {
    this.write({ visitorKey: this.visitorKey, signingKeys: [this.#newKey()] })
  }

  #newKey() {
    return {
      kid: Buffer.from(this.#random.bytes(9)).toString('base64url'),
      secret: this.#random.bytes(secretBytes),
      retireAtMs: undefined,
    }
  }
}
