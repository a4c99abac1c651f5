import type { Stage } from './stage.ts'

export type Outcome = Readonly<Record<string, number | string | boolean>>

/** One piece of work that every engine is given, alone in a process of its own. */
export interface Scenario {
  /** Also the heading of its column. */
  readonly name: string
  /** What the cell shows, in order, such as `refreshes / failed`. */
  readonly shows: string
  readonly tabs?: number
  /** Set before anything else, ms by which the machine's wall clock is wrong. */
  readonly wallClockOffMs?: number
  run(stage: Stage): Promise<Outcome>
  /** What is asked of our engine; `undefined` where it is met. */
  readonly missed: (outcome: Outcome) => string | undefined
}

/** A row group of the report. */
export interface ScenarioGroup {
  readonly name: string
  readonly scenarios: readonly Scenario[]
}

/** The demand that some fields have exactly these values. */
export const demand =
  (wanted: Outcome): Scenario['missed'] =>
  (outcome) => {
    const wrong = Object.entries(wanted).filter(([field, value]) => outcome[field] !== value)
    return wrong.length === 0
      ? undefined
      : wrong.map(([field, value]) => `${field} ${String(outcome[field])} instead of ${String(value)}`).join(', ')
  }
