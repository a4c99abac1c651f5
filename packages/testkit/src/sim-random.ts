import type { Random } from '@helvino/runtime'

// FNV-1a (32 bit), then the finaliser of MurmurHash3: equal seeds give equal states, near seeds give far ones.
function hash(text: string, salt: number): number {
  let state = 0x811c9dc5 ^ salt
  for (let index = 0; index < text.length; index++) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193)
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
  return (state ^ (state >>> 16)) | 0
}

/** Chance from a seed: sfc32 (Chris Doty-Humphrey, PractRand; public domain). The same seed gives the same draws on every machine. */
export class SimRandom implements Random {
  readonly seed: string
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: string | number) {
    this.seed = String(seed)
    this.#a = hash(this.seed, 1)
    this.#b = hash(this.seed, 2)
    this.#c = hash(this.seed, 3)
    // The author's own seeding discards the first twelve draws.
    for (let draw = 0; draw < 12; draw++) this.#next()
  }

  fraction(): number {
    return this.#next() / 0x1_0000_0000
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.#next() >>> 24)
  }

  /** A whole number of `from` to `to`, both included. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.fraction() * (to - from + 1))
  }

  /** True with the given probability, 0 to 1. */
  isHit(probability: number): boolean {
    return this.fraction() < probability
  }

  /** One of `items`, which must not be empty. */
  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.fraction() * items.length)]
    if (item === undefined) throw new RangeError('cannot pick from nothing')
    return item
  }

  /** An independent source; depends on the seed and the name only, not on what has been drawn before. */
  fork(name: string): SimRandom {
    return new SimRandom(`${this.seed}/${name}`)
  }

  #next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }
}
