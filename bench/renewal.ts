import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { measureBytes } from './renewal/bundle-bytes.ts'
import { type EngineEntry, engines, ours, versionsOf } from './renewal/engines.ts'
import { fastPathTables } from './renewal/fast-path-tables.ts'
import { installPeers } from './renewal/install-peers.ts'
import type { Outcome, Scenario, ScenarioGroup } from './renewal/scenario.ts'
import { scenarioGroups } from './renewal/scenarios.ts'

const run = promisify(execFile)
const atOnce = 2
const scenarioWithinMs = 120_000
const fastPathWithinMs = 300_000

interface Measured {
  readonly entry: EngineEntry
  readonly scenario: Scenario
  readonly outcome: Outcome
  readonly uncaught: number
}

async function runChild(script: string, args: readonly string[], withinMs: number): Promise<unknown> {
  const file = join(import.meta.dirname, 'renewal', script)
  const { stdout } = await run(process.execPath, [...process.execArgv, file, ...args], { timeout: withinMs })
  return JSON.parse(stdout)
}

async function measureOne(entry: EngineEntry, scenario: Scenario): Promise<Measured> {
  const child = runChild('run-scenario.ts', [entry.name, scenario.name], scenarioWithinMs)
  const { outcome, uncaught } = (await child.catch((error: unknown) => {
    throw new Error(`${entry.name} did not get through "${scenario.name}"`, { cause: error })
  })) as Pick<Measured, 'outcome' | 'uncaught'>
  return { entry, scenario, outcome, uncaught }
}

/** Every engine through every scenario, a few processes at once; in the order of the groups. */
async function measureAll(): Promise<readonly Measured[]> {
  const due = scenarioGroups.flatMap(({ scenarios }) =>
    scenarios.flatMap((scenario) => engines.map((entry) => ({ entry, scenario }))),
  )
  const measured = new Map<object, Measured>()
  const rest = [...due]
  const worker = async () => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift())
      measured.set(next, await measureOne(next.entry, next.scenario))
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return due.flatMap((each) => measured.get(each) ?? [])
}

const cell = (outcome: Outcome): string =>
  Object.values(outcome)
    .map((value) => (value === true ? 'yes' : value === false ? 'NO' : value === '' ? '-' : String(value)))
    .join(' / ')

function tableOf(group: ScenarioGroup, measured: readonly Measured[]): readonly object[] {
  const shown = Object.fromEntries(group.scenarios.map(({ name, shows }) => [name, shows]))
  const rows = engines.map((entry) => {
    const own = measured.filter((each) => each.entry === entry && group.scenarios.includes(each.scenario))
    return {
      engine: entry.name,
      ...Object.fromEntries(own.map(({ scenario, outcome }) => [scenario.name, cell(outcome)])),
    }
  })
  return [{ engine: '(what is shown)', ...shown }, ...rows]
}

function uncaughtTable(measured: readonly Measured[]): readonly object[] {
  return engines.map((entry) => {
    const own = measured.filter((each) => each.entry === entry && each.uncaught > 0)
    return {
      engine: entry.name,
      uncaught: own.reduce((sum, { uncaught }) => sum + uncaught, 0),
      in: own.map(({ scenario }) => scenario.name).join('; '),
    }
  })
}

/** What our engine owes: the rows of behaviour decide over the exit code, timings do not. */
function missesOf(measured: readonly Measured[]): readonly object[] {
  return measured.flatMap(({ entry, scenario, outcome, uncaught }) => {
    if (entry !== ours) return []
    const missed = scenario.missed(outcome) ?? (uncaught > 0 ? `${uncaught} uncaught errors` : undefined)
    return missed === undefined ? [] : [{ scenario: scenario.name, missed }]
  })
}

/** Token renewal, ours beside others from npm: the same work on the same virtual clock, and the fast path on the real one. */
export async function measureRenewal(): Promise<Readonly<Record<string, readonly object[]>>> {
  await installPeers()
  const configurations = engines.map((entry) => ({
    engine: entry.name,
    versions: entry.packages.length === 0 ? '-' : versionsOf(entry),
    configuration: entry.configuration,
  }))
  const fastPath = fastPathTables(
    (await runChild('measure-fast-path.ts', [], fastPathWithinMs)) as Readonly<Record<string, readonly number[]>>,
  )
  const measured = await measureAll()
  const misses = missesOf(measured)
  if (misses.length > 0) process.exitCode = 1
  return {
    engines: configurations,
    ...fastPath,
    ...Object.fromEntries(scenarioGroups.map((group) => [group.name, tableOf(group, measured)])),
    'unhandled rejections and uncaught errors over all scenarios': uncaughtTable(measured),
    'bytes of the smallest import, minified and gzipped': await measureBytes(),
    'what our engine missed (any row: exit code 1)': misses,
  }
}
