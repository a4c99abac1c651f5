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

/** A kind of world that can be run from a seed. */
export interface WorldKind {
  readonly name: 'chat' | 'renewal'
  readonly run: (terms: WorldTerms) => Promise<WorldReport>
  /** What has to be seen often enough over many worlds, as the trace counts it. */
  readonly sometimes: readonly string[]
}
