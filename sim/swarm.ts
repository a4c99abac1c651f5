import type { SimRandom } from '@helvino/testkit'

/** Every kind of fault. Each seed first draws which of them exist at all, each with a chance of one half. */
export const faultKinds = [
  'drop',
  'lose-response',
  'black-hole',
  'duplicate',
  'delay',
  'busy',
  'outage',
  'rotation',
  'wall-step',
  'sleep',
  'freeze',
  'reload',
  'socket-cut',
  'half-open',
  'offline',
] as const

export type FaultKind = (typeof faultKinds)[number]

/** The highest chance per request, or the greatest number of times in the chaos phase. */
const ceilings: Record<FaultKind, number> = {
  drop: 0.3,
  'lose-response': 0.3,
  'black-hole': 0.05,
  duplicate: 0.5,
  delay: 0.5,
  busy: 0.15,
  outage: 3,
  rotation: 3,
  'wall-step': 3,
  sleep: 2,
  freeze: 2,
  reload: 2,
  'socket-cut': 8,
  'half-open': 4,
  offline: 3,
}

const perRequest: readonly FaultKind[] = ['drop', 'lose-response', 'black-hole', 'duplicate', 'delay', 'busy']

/** What can go wrong in one world. */
export class Swarm {
  readonly #levels = new Map<FaultKind, number>()

  /** `without` leaves kinds out after drawing, so that what is left is drawn as before. */
  constructor(random: SimRandom, without: readonly FaultKind[]) {
    for (const kind of faultKinds) if (random.isHit(0.5)) this.#levels.set(kind, random.fraction() * ceilings[kind])
    for (const kind of without) this.#levels.delete(kind)
  }

  get kinds(): readonly FaultKind[] {
    return [...this.#levels.keys()]
  }

  /** Which fault, if any, strikes one request. */
  strike(random: SimRandom): FaultKind | undefined {
    return perRequest.find((kind) => random.isHit(this.#levels.get(kind) ?? 0))
  }

  /** How often a fault of the whole world strikes. */
  times(kind: FaultKind): number {
    return perRequest.includes(kind) ? 0 : Math.ceil(this.#levels.get(kind) ?? 0)
  }
}
