import type { SimTimeline } from '@helvino/testkit'
import type { Trace } from './trace.ts'

const mostKept = 20

/** What was seen to be wrong. The first ones count; a world that is broken goes on being broken. */
export class Violations {
  readonly found: string[] = []
  readonly #timeline: SimTimeline
  readonly #trace: Trace | undefined

  /** Without a trace nobody is told but who asks. */
  constructor(timeline: SimTimeline, trace: Trace | undefined) {
    this.#timeline = timeline
    this.#trace = trace
  }

  /** `rule` is an invariant's name, as in I1. */
  add(rule: string, what: string): void {
    this.#trace?.add(`VIOLATION ${rule}`, what)
    if (this.found.length < mostKept) this.found.push(`${rule}: ${what}, at ${this.#timeline.elapsedMs} ms`)
  }
}
