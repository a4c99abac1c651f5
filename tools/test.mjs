import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './child.mjs'
import { findChromium, installChromium } from './chromium.mjs'

const countsFile = join(root, '.cache', 'test-counts')

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
  rmSync(countsFile, { force: true })
  const reporters = ['--reporter=default', `--reporter=${join(root, 'tools', 'count-reporter.mjs')}`]
  const child = spawn(
    process.execPath,
    [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...reporters, ...args],
    {
      cwd: root,
      env: { ...process.env, HELVINO_CHROMIUM: chromium, HELVINO_TEST_COUNTS: countsFile },
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

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** @returns {Counts} */
function readCounts() {
  // No file: the runner itself did not come to its end.
  if (!existsSync(countsFile)) return { passed: 0, failed: 1, skipped: 0 }
  const [passed = 0, failed = 1, skipped = 0] = readFileSync(countsFile, 'utf8').split(' ').map(Number)
  return { passed, failed, skipped }
}

/** @param {readonly string[]} args @returns {Promise<{ code: number, counts: Counts }>} */
async function runTests(args) {
  const browser = await browserOrReason()
  if (browser.path !== undefined) return { code: await runVitest(args, browser.path), counts: readCounts() }
  console.error(
    `The tests need Chromium: install it (Debian: apt-get install chromium) or name it in HELVINO_CHROMIUM; ${browser.reason}.`,
  )
  return { code: 1, counts: { passed: 0, failed: 1, skipped: 0 } }
}

const { code, counts } = await runTests(process.argv.slice(2))
const skipped = counts.skipped > 0 ? `, ${String(counts.skipped)} skipped` : ''
console.log(`${String(counts.passed)} passed, ${String(counts.failed)} failed${skipped}`)
process.exitCode = code === 0 && counts.failed === 0 && counts.passed > 0 ? 0 : 1
