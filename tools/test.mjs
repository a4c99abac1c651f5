import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './child.mjs'
import { findChromium, installChromium } from './chromium.mjs'

const outcomeFile = join(root, '.cache', 'test-outcome.json')
/** Of a whole run. The system tests have a second try (vitest.config.ts, ADR 12), and this is what they may use of it. */
const mostAtSecondTry = 3

async function browserOrReason() {
  const found = findChromium()
  if (found !== undefined || process.env['HELVINO_CHROMIUM'] !== undefined)
    return { path: found, reason: 'HELVINO_CHROMIUM names no program' }
  process.stderr.write('set-up: installing Chromium ...\n')
  const startedAtMs = performance.now()
  const reason = await installChromium()
  if (reason === undefined) {
    process.stderr.write(
      `set-up: installing Chromium took ${((performance.now() - startedAtMs) / 1000).toFixed(1)} s\n`,
    )
  }
  return { path: findChromium(), reason: reason ?? 'it was installed but is not on PATH' }
}

/** @param {readonly string[]} args @param {string} chromium @returns {Promise<number>} */
function runVitest(args, chromium) {
  mkdirSync(join(root, '.cache'), { recursive: true })
  rmSync(outcomeFile, { force: true })
  const reporters = ['--reporter=default', `--reporter=${join(root, 'tools', 'outcome-reporter.mjs')}`]
  const child = spawn(
    process.execPath,
    [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...reporters, ...args],
    {
      cwd: root,
      env: { ...process.env, HELVINO_CHROMIUM: chromium, HELVINO_TEST_OUTCOME: outcomeFile },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.on('SIGINT', () => child.kill('SIGINT'))
  return new Promise((resolve) =>
    child.on('close', (code) => {
      resolve(code ?? 1)
    }),
  )
}

/** @typedef {import('./outcome-reporter.mjs').Outcome} Outcome */

/** @type {Outcome} */
const notRun = { passed: 0, failed: 1, skipped: 0, atSecondTry: [] }

/** No file: the runner itself did not come to its end. @returns {Outcome} */
const readOutcome = () =>
  existsSync(outcomeFile) ? /** @type {Outcome} */ (JSON.parse(readFileSync(outcomeFile, 'utf8'))) : notRun

/** @param {readonly string[]} args @returns {Promise<{ code: number, outcome: Outcome }>} */
async function runTests(args) {
  const browser = await browserOrReason()
  if (browser.path !== undefined) return { code: await runVitest(args, browser.path), outcome: readOutcome() }
  console.error(
    `The tests need Chromium: install it (Debian: apt-get install chromium) or name it in HELVINO_CHROMIUM; ${browser.reason}.`,
  )
  return { code: 1, outcome: notRun }
}

const { code, outcome } = await runTests(process.argv.slice(2))
const { passed, failed, skipped, atSecondTry } = outcome
if (atSecondTry.length > 0)
  console.log(
    `Passed at the second try only, each a fault to be found in the test or the product (more than ${String(mostAtSecondTry)} fail the run):`,
  )
for (const { test, error } of atSecondTry) console.log(`  ${test}\n    ${error}`)
const isGood = code === 0 && failed === 0 && passed > 0 && atSecondTry.length <= mostAtSecondTry
const skippedToo = skipped > 0 ? `, ${String(skipped)} skipped` : ''
console.log(`${String(passed)} passed, ${String(failed)} failed${skippedToo}`)
process.exitCode = isGood ? 0 : 1
