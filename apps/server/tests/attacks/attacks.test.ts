import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Attack } from './attack.ts'
import { everyAttack } from './every-attack.ts'
import { readBudgetShare, readSideConditions } from './side-conditions.ts'
import { setStage, type Stage } from './stage.ts'

/** What one request may add to the process, in MB, and hold up its loop, in ms. */
const mostGrowthMb = 20
const mostHeldUpMs = 50

interface Reported {
  readonly id: string
  readonly tries: string
  readonly outcome: string
  readonly asExpected: boolean
  readonly growthMb: number
  readonly heldUpMs: number
}

let stage: Stage
const report: Reported[] = []

beforeAll(async () => {
  stage = await setStage()
  await readSideConditions(stage)
})

afterAll(async () => {
  await stage.close()
  const folder = fileURLToPath(new URL('../../../../.cache', import.meta.url))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'attack-report.json'), JSON.stringify(report, undefined, 1))
  const lines = report.map(
    ({ id, tries, outcome, asExpected, growthMb, heldUpMs }) =>
      `${asExpected ? 'as it should be' : 'NOT as it should be'} | ${id} | ${tries} | ${outcome} | ${growthMb.toFixed(1)} MB | ${heldUpMs.toFixed(0)} ms`,
  )
  console.info([...lines, `${String(report.length)} attacks`].join('\n'))
})

/** One attack with everything around it. */
async function launch({ id, tries, expected, run, changesOurs, requests = 1, hashes }: Attack): Promise<void> {
  // Beside other tests it has at times more to do than time, and refuses early: what it does with an attack would not show.
  await expect.poll(() => readBudgetShare(stage), { timeout: 60_000 }).toBe(1)
  const before = await readSideConditions(stage)
  const outcome = await run(stage)
  const after = await readSideConditions(stage)
  const growthMb = after.process.residentMb - before.process.residentMb
  const heldUpMs = after.process.loopHeldUpMs
  report.push({ id, tries, outcome, asExpected: outcome === expected, growthMb, heldUpMs })
  expect(outcome).toBe(expected)
  expect(after).toMatchObject({
    process: { startedAtSeconds: before.process.startedAtSeconds },
    ourRows: changesOurs ? after.ourRows : before.ourRows,
    ...{ theirRows: before.theirRows, foreignFrames: 0, canaryHits: 0 },
  })
  expect(growthMb).toBeLessThan(mostGrowthMb)
  // Time of the processor is what the attack took; on a busy machine the loop waits for others too.
  const busyMs = after.process.cpuMs - before.process.cpuMs
  if (!hashes) expect(Math.min(busyMs / requests, heldUpMs)).toBeLessThan(mostHeldUpMs)
}

describe('attacks on a running server with two organisations', () => {
  it.each(everyAttack)('[AK1] $id $tries: $expected', launch)
})
