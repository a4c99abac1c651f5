import { type Random } from '@helvino/runtime'
import { SimRandom } from '@helvino/testkit'
import { Capacity } from './capacity.ts'
import { Curve } from './curve.ts'
import { beginsAtMs, endsAtMs, fleetCapacity, fleetSize, recoversAtMs, tokenLifeMs } from './outage.ts'

/** A way to come back as it is often written: it tries at once, then waits so long, whatever the server asks for. */
export interface PlainStrategy {
  readonly name: string
  /** Ms until the next try. `failures`: in a row, from 0. */
  readonly waitMs: (failures: number, random: Random) => number
}

const doubling = (failures: number): number => Math.min(60_000, 1_000 * 2 ** failures)

export const plainStrategies: readonly PlainStrategy[] = [
  { name: 'fixed 5 s', waitMs: () => 5_000 },
  { name: 'exponential 1 to 60 s, no jitter', waitMs: doubling },
  { name: 'full jitter 1 to 60 s', waitMs: (failures, random) => random.fraction() * doubling(failures) },
]

export interface PlainReport {
  readonly renewals: readonly number[]
  readonly served: readonly number[]
  /** Of every widget, ms from the recovery; `Infinity` for one that was not back by the end. */
  readonly backAfterMs: readonly number[]
  readonly triesUntilBack: readonly number[]
}

const stepMs = 10
const renewBeforeMs = 15_000
const leastLatencyMs = 20
const latencySpreadMs = 180

/** When which widget tries next, in steps of 10 ms. */
class Agenda {
  readonly #steps = new Map<number, number[]>()
  readonly #nextStep: Float64Array

  constructor(widgets: number) {
    this.#nextStep = new Float64Array(widgets)
  }

  /** In place of what the widget had planned before. */
  plan(widget: number, atMs: number): void {
    const step = Math.ceil(atMs / stepMs)
    this.#nextStep[widget] = step
    const planned = this.#steps.get(step)
    if (planned) planned.push(widget)
    else this.#steps.set(step, [widget])
  }

  take(step: number): readonly number[] {
    const planned = this.#steps.get(step) ?? []
    this.#steps.delete(step)
    return planned.filter((widget) => this.#nextStep[widget] === step)
  }
}

/**
 * The same fleet and the same server, with a plain loop in place of our client: every page takes part, seen or not, and renews 15 s before its
 * token runs out.
 */
export function runPlainFleet({ waitMs }: PlainStrategy, seed: string, widgets: number): PlainReport {
  const random = new SimRandom(seed)
  const standsFor = fleetSize / widgets
  const capacity = new Capacity(fleetCapacity / standsFor, random.fork('line'))
  const [renewals, served] = [new Curve(standsFor), new Curve(standsFor)]
  const agenda = new Agenda(widgets)
  const failures = new Uint16Array(widgets)
  const backAfterMs = Array.from({ length: widgets }, () => Infinity)
  const triesUntilBack = Array.from({ length: widgets }, () => 0)
  const latencyMs = () => leastLatencyMs + latencySpreadMs * random.fraction()
  const everyMs = tokenLifeMs - renewBeforeMs

  const tryNow = (widget: number, atMs: number) => {
    const isDown = atMs >= 0 && atMs < recoversAtMs
    const isAwaited = atMs >= recoversAtMs && backAfterMs[widget] === Infinity
    renewals.note(atMs)
    if (isAwaited) triesUntilBack[widget] = (triesUntilBack[widget] ?? 0) + 1
    const admission = isDown ? undefined : capacity.admit(atMs)
    if (admission?.kind !== 'served') {
      agenda.plan(widget, atMs + latencyMs() + waitMs(failures[widget] ?? 0, random))
      failures[widget] = (failures[widget] ?? 0) + 1
      return
    }
    served.note(admission.doneAtMs)
    failures[widget] = 0
    if (isAwaited) backAfterMs[widget] = admission.doneAtMs - recoversAtMs
    agenda.plan(widget, admission.doneAtMs + everyMs)
  }

  for (let widget = 0; widget < widgets; widget += 1) agenda.plan(widget, beginsAtMs + everyMs * random.fraction())
  for (let step = beginsAtMs / stepMs; step < endsAtMs / stepMs; step += 1) {
    if (step === 0) for (let widget = 0; widget < widgets; widget += 1) agenda.plan(widget, latencyMs())
    for (const widget of agenda.take(step)) tryNow(widget, step * stepMs)
  }
  return { renewals: renewals.perSecond, served: served.perSecond, backAfterMs, triesUntilBack }
}
