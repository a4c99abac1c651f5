/** The fleet that the figures are scaled to. */
export const fleetSize = 1_000_000
/** Renewals that the server of that fleet serves in a second. */
export const fleetCapacity = 10_000
export const tokenLifeMs = 300_000

// All times count from the moment at which every socket drops.
export const binMs = 10_000
/** Shown from here on. Widgets are opened long before. */
export const beginsAtMs = -120_000
export const recoversAtMs = 600_000
export const endsAtMs = recoversAtMs + 2 * tokenLifeMs

/** Renewals by second that the fleet may offer, from one moment to another. */
export interface Ceiling {
  readonly name: string
  readonly fromMs: number
  readonly untilMs: number
  readonly perSecond: number
}

export const ceilings: readonly Ceiling[] = [
  { name: 'first 30 s of the outage', fromMs: 0, untilMs: 30_000, perSecond: 15_000 },
  { name: 'until minute 3', fromMs: 30_000, untilMs: 180_000, perSecond: 8_000 },
  { name: 'until minute 8', fromMs: 180_000, untilMs: 480_000, perSecond: 3_000 },
  { name: 'last 2 minutes of the outage', fromMs: 480_000, untilMs: recoversAtMs, perSecond: 2_000 },
  { name: 'after recovery', fromMs: recoversAtMs, untilMs: recoversAtMs + tokenLifeMs, perSecond: 2_000 },
  { name: 'echo, one token life later', fromMs: recoversAtMs + tokenLifeMs, untilMs: endsAtMs, perSecond: 2_000 },
]
