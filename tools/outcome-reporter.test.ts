import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root, runQuietly } from './child.mjs'

const sample = `
import { expect, it } from 'vitest'
let tries = 0
it('is good', () => undefined)
it('is good at its second try', () => { tries += 1; expect(tries).toBe(2) })
it('is never good', () => { throw new Error('never') })
it('is not run', ({ skip }) => skip())
`

it('[GU5] says apart what passed at its second try only, and counts what failed twice once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'helvino-outcome-'))
  writeFileSync(join(folder, 'sample.test.ts'), sample)
  writeFileSync(join(folder, 'vitest.config.mjs'), 'export default { test: { retry: 1 } }')
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const outcome = join(folder, 'outcome.json')
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const reporter = `--reporter=${join(root, 'tools', 'outcome-reporter.mjs')}`
  await runQuietly(
    process.execPath,
    [vitest, 'run', reporter],
    { ...process.env, HELVINO_TEST_OUTCOME: outcome },
    folder,
  )
  expect(JSON.parse(readFileSync(outcome, 'utf8'))).toEqual({
    passed: 2,
    failed: 1,
    skipped: 1,
    atSecondTry: [{ test: 'is good at its second try', error: 'expected 1 to be 2 // Object.is equality' }],
  })
  rmSync(folder, { recursive: true })
}, 60_000)
