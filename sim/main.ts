import { parseArgs } from 'node:util'
import { uuid } from '@helvino/runtime'
import { systemRandom } from '@helvino/runtime/system-node'
import { shrink } from './shrink.ts'
import { Tally } from './tally.ts'
import { setTrap } from './trap.ts'
import { runWorld, type WorldOptions, type WorldReport } from './world.ts'

const usage = `Usage: npm run sim -- [--seeds N] | --seed S [--until MS]
  --seeds N   runs N worlds from fresh seeds (100 unless set)
  --seed S    runs the world of seed S again, with its last events
  --until MS  with --seed: stops at this virtual time, before the closing checks`

function wholeNumber(name: string, text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Error(`--${name} must be a whole number from 1, not "${text}"\n${usage}`)
  return number
}

async function inTrap<Result>(work: () => Promise<Result>): Promise<Result> {
  const release = setTrap()
  try {
    return await work()
  } finally {
    release()
  }
}

async function reportFailure(options: WorldOptions, report: WorldReport): Promise<void> {
  const smallest = await inTrap(() => shrink(options, report))
  console.error(`seed ${report.seed} failed (trace ${report.hash})`)
  for (const violation of report.violations) console.error(`  ${violation}`)
  console.error(`  faults: ${report.faults.join(', ')}; needed: ${smallest.faults.join(', ') || 'none'}`)
  console.error(`  replay: npm run sim -- --seed ${report.seed}`)
}

async function runOne(options: WorldOptions): Promise<boolean> {
  const report = await inTrap(() => runWorld(options))
  for (const line of report.lastLines) console.log(line)
  console.log(`seed ${report.seed}: trace ${report.hash}, faults ${report.faults.join(', ')}`)
  if (report.violations.length === 0) return true
  await reportFailure(options, report)
  return false
}

async function runMany(count: number): Promise<boolean> {
  const base = uuid(systemRandom).slice(0, 8)
  const tally = new Tally()
  let failures = 0
  console.log(`${count} worlds, seeds ${base}-0 to ${base}-${count - 1}`)
  for (let index = 0; index < count; index++) {
    const options = { seed: `${base}-${index}` }
    const report = await inTrap(() => runWorld(options))
    tally.add(report)
    if (report.violations.length === 0) continue
    failures += 1
    if (failures <= 5) await reportFailure(options, report)
  }
  for (const line of tally.lines) console.log(line)
  for (const kind of tally.blindSpots) console.error(`blind: ${kind} struck too seldom to have been tested`)
  console.log(`${count - failures} of ${count} worlds kept every invariant`)
  return failures === 0 && tally.blindSpots.length === 0
}

const { values } = parseArgs({
  options: { seeds: { type: 'string' }, seed: { type: 'string' }, until: { type: 'string' } },
})
const hasPassed =
  values.seed === undefined
    ? await runMany(wholeNumber('seeds', values.seeds ?? '100'))
    : await runOne({
        seed: values.seed,
        ...(values.until !== undefined && { untilMs: wholeNumber('until', values.until) }),
      })
if (!hasPassed) process.exitCode = 1
