import { parseArgs } from 'node:util'
import { uuid } from '@helvino/runtime'
import { systemRandom } from '@helvino/runtime/system-node'
import { inTrap } from './command/in-trap.ts'
import { runMutants } from './command/run-mutants.ts'
import { runSeeds } from './command/run-seeds.ts'
import { corpus } from './corpus.ts'
import { shrink } from './shrink.ts'
import { Tally } from './tally.ts'
import type { WorldReport, WorldTerms } from './world-kind.ts'
import { isWorldName, type WorldName, worldNames, worlds } from './worlds.ts'

const usage = `Usage: npm run sim -- [--world NAME] [--seeds N] | --seed S [--world NAME] [--until MS] | --mutants
  --seeds N     runs the known hard seeds, then N worlds of each kind from fresh seeds (100 unless set)
  --world NAME  one kind of world: ${worldNames.join(' or ')}
  --seed S      runs the world of seed S again, with its last events
  --mutants     builds one fault after the other into the renewal engine, the client and the server, and runs worlds until each is noticed
  --only TEXT   with --mutants: those whose name holds TEXT
  --until MS    with --seed: stops at this virtual time, before the closing checks`

function wholeNumber(name: string, text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Error(`--${name} must be a whole number from 1, not "${text}"\n${usage}`)
  return number
}

async function reportFailure(world: WorldName, terms: WorldTerms, violations: readonly string[]): Promise<void> {
  console.error(`${world} world of seed ${terms.seed} failed`)
  for (const violation of violations) console.error(`  ${violation}`)
  const { run } = worlds[world]
  const smallest = await inTrap(async () => shrink(run, terms, await run(terms)))
  console.error(`  faults needed: ${smallest.faults.join(', ') || 'none'}`)
  console.error(`  replay: npm run sim -- --world ${world} --seed ${terms.seed}`)
  console.error(`  keep it: add "${terms.seed}" to ${world} in sim/corpus.ts`)
}

async function runOne(world: WorldName, terms: WorldTerms): Promise<boolean> {
  const report = await inTrap(() => worlds[world].run(terms))
  for (const line of report.lastLines) console.log(line)
  console.log(`seed ${report.seed}: trace ${report.hash}, faults ${report.faults.join(', ')}`)
  if (report.violations.length === 0) return true
  await reportFailure(world, terms, report.violations)
  return false
}

async function runMany(world: WorldName, count: number): Promise<boolean> {
  const base = uuid(systemRandom).slice(0, 8)
  const seeds = [...corpus[world], ...Array.from({ length: count }, (_, index) => `${base}-${index}`)]
  console.log(`${seeds.length} ${world} worlds: ${corpus[world].length} known seeds, ${base}-0 to ${base}-${count - 1}`)
  const tally = new Tally(worlds[world].sometimes)
  const failed: Pick<WorldReport, 'seed' | 'violations'>[] = []
  let events = 0
  const startedAtMs = performance.now()
  await runSeeds(world, seeds, (report) => {
    tally.add(report)
    events += report.events
    if (report.violations.length > 0) failed.push(report)
  })
  const tookMs = performance.now() - startedAtMs
  for (const line of tally.lines) console.log(line)
  for (const { seed, violations } of failed.slice(0, 5)) await reportFailure(world, { seed }, violations)
  for (const { seed, violations } of failed.slice(5))
    console.error(`${world} world of seed ${seed} failed: ${violations[0]}`)
  for (const kind of tally.blindSpots) console.error(`blind: "${kind}" was seen too seldom to have been tested`)
  console.log(
    `${seeds.length - failed.length} of ${seeds.length} ${world} worlds kept every invariant; ` +
      `${events} events in ${(tookMs / 1_000).toFixed(1)} s, ${Math.round(events / (tookMs / 1_000))} a second`,
  )
  return failed.length === 0 && tally.blindSpots.length === 0
}

const { values } = parseArgs({
  options: {
    world: { type: 'string' },
    seeds: { type: 'string' },
    seed: { type: 'string' },
    until: { type: 'string' },
    mutants: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
})
const { world, seed, until } = values
if (world !== undefined && !isWorldName(world)) throw new Error(`no world is named "${world}"\n${usage}`)
const chosen = world === undefined ? worldNames : [world]
let hasPassed = true
if (values.mutants) hasPassed = await runMutants(chosen, values.only)
else
  for (const name of chosen) {
    const passed =
      seed === undefined
        ? await runMany(name, wholeNumber('seeds', values.seeds ?? '100'))
        : await runOne(name, { seed, ...(until !== undefined && { untilMs: wholeNumber('until', until) }) })
    hasPassed &&= passed
  }
if (!hasPassed) process.exitCode = 1
