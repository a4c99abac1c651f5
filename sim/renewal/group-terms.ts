import type { SimTimeline } from '@helvino/testkit'
import type { Trace } from '../trace.ts'
import type { Violations } from '../violations.ts'
import type { Machine } from './machine.ts'

export interface GroupTerms {
  readonly machine: Machine
  /** What its tabs share the token by. */
  readonly shareName: string
  readonly lifeMs: number
  readonly timeline: SimTimeline
  readonly trace: Trace
  readonly violations: Violations
}
