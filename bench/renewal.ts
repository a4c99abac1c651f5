import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { measureBytes } from './renewal/bundle-bytes.ts'
import { type EngineEntry, engines, ours, versionsOf } from './renewal/engines.ts'
import { fastPathTables } from './renewal/fast-path-tables.ts'
import { installPeers } from './renewal/install-peers.ts'
import { groupTable, type Measured, missesOf, uncaughtTable } from './renewal/report.ts'
import type { Scenario } from './renewal/scenario.ts'
import { scenarioGroups } from './renewal/scenarios.ts'

const run = promisify(execFile)
const atOnce = 2
const scenarioWithinMs = 120_000
const fastPathWithinMs = 300_000
/** Ours draws its backoff and the moment of a renewal ahead of time, so one run could hide a miss; the peers' outcomes do not vary. */
const runsOfOurs = 5

async function runChild(script: string, args: readonly string[], withinMs: number): Promise<unknown> {
  const file = join(import.meta.dirname, 'renewal', script)
  const { stdout } = await run(process.execPath, [...process.execArgv, file, ...args], { timeout: withinMs })
  return JSON.parse(stdout)
}

async function measureOne(entry: EngineEntry, scenario: Scenario): Promise<Measured> {
  const runs: Measured['runs'][number][] = []
  for (let count = 0; count < (entry === ours ? runsOfOurs : 1); count += 1) {
    const child = runChild('run-scenario.ts', [entry.name, scenario.name], scenarioWithinMs)
    const outcome = child.catch((error: unknown) => {
      throw new Error(`${entry.name} did not get through "${scenario.name}"`, { cause: error })
    })
    runs.push((await outcome) as Measured['runs'][number])
  }
  return { entry, scenario, runs }
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

/**
 * Token renewal, ours beside others from npm: the same work on the same virtual clock, and the fast path on the real one. The rows of behaviour
 * decide over the exit code; timings of a shared machine are shown and left to the reader.
 */
export async function measureRenewal(): Promise<Readonly<Record<string, readonly object[]>>> {
  await installPeers()
  const configurations = engines.map((entry) => ({
    engine: entry.name,
    versions: versionsOf(entry),
    configuration: entry.configuration,
  }))
  const samples = await runChild('measure-fast-path.ts', [], fastPathWithinMs)
  const measured = await measureAll()
  const misses = missesOf(measured)
  if (misses.length > 0) process.exitCode = 1
  return {
    engines: configurations,
    ...fastPathTables(samples as Readonly<Record<string, readonly number[]>>),
    ...Object.fromEntries(scenarioGroups.map((group) => [group.name, groupTable(group, measured)])),
    'unhandled rejections and uncaught errors over all scenarios': uncaughtTable(measured),
    'bytes of the smallest import, minified and gzipped': await measureBytes(),
    'what our engine missed (any row: exit code 1)': misses,
  }
}
