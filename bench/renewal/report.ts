import { type EngineEntry, engines, ours } from './engines.ts'
import type { Outcome, Scenario, ScenarioGroup } from './scenario.ts'

/** What one engine made of one scenario, once per run. */
export interface Measured {
  readonly entry: EngineEntry
  readonly scenario: Scenario
  readonly runs: readonly { readonly outcome: Outcome; readonly uncaught: number }[]
}

/** What stays the same over all runs, or its range. */
function shown(values: readonly Outcome[string][]): string {
  const [first] = values
  if (values.every((value) => typeof value === 'number')) {
    const [least, most] = [Math.min(...values), Math.max(...values)]
    return least === most ? String(least) : `${least}..${most}`
  }
  if (typeof first === 'boolean') return values.every(Boolean) ? 'yes' : 'NO'
  return [...new Set(values)].map((value) => (value === '' ? '-' : String(value))).join(' | ')
}

function cell({ runs }: Measured): string {
  const [first] = runs
  const fields = Object.keys(first?.outcome ?? {})
  return fields.map((field) => shown(runs.flatMap(({ outcome }) => outcome[field] ?? []))).join(' / ')
}

/** One row per engine, one column per scenario; the first row says what the cells hold. */
export function groupTable(group: ScenarioGroup, measured: readonly Measured[]): readonly object[] {
  const rows = engines.map((entry) => {
    const own = measured.filter((each) => each.entry === entry && group.scenarios.includes(each.scenario))
    return { engine: entry.name, ...Object.fromEntries(own.map((each) => [each.scenario.name, cell(each)])) }
  })
  const heads = Object.fromEntries(group.scenarios.map(({ name, shows }) => [name, shows]))
  return [{ engine: '(what is shown)', ...heads }, ...rows]
}

const uncaughtOf = ({ runs }: Measured) => Math.max(...runs.map(({ uncaught }) => uncaught))

export function uncaughtTable(measured: readonly Measured[]): readonly object[] {
  return engines.map((entry) => {
    const own = measured.filter((each) => each.entry === entry && uncaughtOf(each) > 0)
    return {
      engine: entry.name,
      uncaught: own.reduce((sum, each) => sum + uncaughtOf(each), 0),
      in: own.map(({ scenario }) => scenario.name).join('; '),
    }
  })
}

/** What our engine owes, over all its runs. */
export function missesOf(measured: readonly Measured[]): readonly object[] {
  return measured.flatMap(({ entry, scenario, runs }) => {
    if (entry !== ours) return []
    const faults = runs.flatMap(({ outcome, uncaught }) => [
      ...[scenario.missed(outcome) ?? []].flat(),
      ...(uncaught > 0 ? [`${uncaught} uncaught errors`] : []),
    ])
    return faults.length === 0 ? [] : [{ scenario: scenario.name, missed: [...new Set(faults)].join('; ') }]
  })
}
