import type { SimTimeline } from '@helvino/testkit'
import type { Trace } from './trace.ts'
import type { Violations } from './violations.ts'

/** Which world to run. */
export interface WorldTerms {
  readonly seed: string | number
  /** Stops here, in virtual ms, without the closing checks: to look at what led to a fault. */
  readonly untilMs?: number
  /** Kinds of fault to leave out: to find the fewest that still lead to a violation. */
  readonly without?: readonly string[]
}

/** How one world went. */
export interface WorldReport {
  readonly seed: string
  readonly hash: string
  readonly faults: readonly string[]
  readonly violations: readonly string[]
  readonly counts: ReadonlyMap<string, number>
  /** Events that ran on its timeline. */
  readonly events: number
  readonly lastLines: readonly string[]
}

interface EndedWorld {
  readonly seed: string | number
  readonly timeline: SimTimeline
  readonly trace: Trace
  readonly violations: Violations
  readonly faults: readonly string[]
}

/** Takes a world down, and tells how it went: what `stop` leaves behind counts, what it does is no part of the trace. */
export async function endWorld(world: EndedWorld, stop: () => void, checkStopped: () => void): Promise<WorldReport> {
  const { seed, timeline, trace, violations, faults } = world
  const { hash } = trace
  const lastLines = [...trace.lastLines].slice(-40)
  trace.end()
  stop()
  await timeline.settle()
  checkStopped()
  return {
    ...{ seed: String(seed), hash, faults, violations: violations.found, lastLines },
    counts: trace.counts,
    events: timeline.ranEvents,
  }
}

/** A kind of world that can be run from a seed. */
export interface WorldKind {
  readonly name: 'chat' | 'renewal'
  readonly run: (terms: WorldTerms) => Promise<WorldReport>
  /** What has to be seen often enough over many worlds, as the trace counts it. */
  readonly sometimes: readonly string[]
}
