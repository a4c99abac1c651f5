import type { SimRandom } from '@helvino/testkit'

/** How strong a kind of fault can get: the highest chance per request, or the greatest number of times in the chaos phase. */
export interface FaultTable<Kind extends string> {
  readonly perRequest: Readonly<Partial<Record<Kind, number>>>
  readonly perWorld: Readonly<Partial<Record<Kind, number>>>
}

/** What can go wrong in one world. Each seed first draws which kinds exist at all, each with a chance of one half, then how strong they are. */
export class Swarm<Kind extends string> {
  readonly #levels = new Map<Kind, number>()
  readonly #perRequest: readonly Kind[]

  /** `without` leaves kinds out after drawing, so that what is left is drawn as before. */
  constructor(random: SimRandom, { perRequest, perWorld }: FaultTable<Kind>, without: readonly string[]) {
    const ceilings = { ...perRequest, ...perWorld }
    this.#perRequest = Object.keys(perRequest) as Kind[]
    for (const kind of Object.keys(ceilings) as Kind[])
      if (random.isHit(0.5)) this.#levels.set(kind, random.fraction() * (ceilings[kind] ?? 0))
    for (const kind of [...this.#levels.keys()]) if (without.includes(kind)) this.#levels.delete(kind)
  }

  get kinds(): readonly Kind[] {
    return [...this.#levels.keys()]
  }

  has(kind: Kind): boolean {
    return this.#levels.has(kind)
  }

  /** Which fault, if any, strikes one request. */
  strike(random: SimRandom): Kind | undefined {
    return this.#perRequest.find((kind) => random.isHit(this.#levels.get(kind) ?? 0))
  }

  /** How often a fault of the whole world strikes. */
  times(kind: Kind): number {
    return this.#perRequest.includes(kind) ? 0 : Math.ceil(this.#levels.get(kind) ?? 0)
  }
}
