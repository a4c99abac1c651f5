import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { areBuildsReady, buildApps } from './builds.mjs'
import { root, runQuietly } from './child.mjs'
import { withSetupLock } from './lock-folder.mjs'
import { itsTests } from './promised-code.mjs'

const modules = join(root, 'node_modules')
const cache = join(root, '.cache')

/** @typedef {{ code: number, output: string }} Outcome */

/** @param {string} script path below node_modules @param {readonly string[]} args @returns {Promise<Outcome>} */
function tool(script, args) {
  return runQuietly(process.execPath, [join(modules, script), ...args], {
    ...process.env,
    NO_COLOR: '1',
    FORCE_COLOR: '0',
  })
}

/** @param {readonly Outcome[]} outcomes @returns {Outcome} */
function together(outcomes) {
  const failed = outcomes.filter((outcome) => outcome.code !== 0)
  return { code: failed.length === 0 ? 0 : 1, output: failed.map((outcome) => outcome.output).join('') }
}

/** @param {string} world */
function typesOf(world) {
  const cached = ['--incremental', '--tsBuildInfoFile', join(cache, `types-${world}.tsbuildinfo`)]
  return tool('typescript/bin/tsc', ['-p', join(root, `tsconfig.${world}.json`), '--pretty', 'false', ...cached])
}

async function types() {
  const outcomes = []
  for (const world of ['core', 'browser', 'node', 'tests']) outcomes.push(await typesOf(world))
  return together(outcomes)
}

/** The budgets of `token` are what a page pays for it alone, so it is bundled as a page would. @returns {Promise<Outcome>} */
async function sizes() {
  await withSetupLock(async () => {
    if (!areBuildsReady()) await buildApps(process.execPath)
  })
  await build({
    // Without splitting, each holds all that it needs: a page that uses one of them pays for what they share.
    entryPoints: ['core', 'index'].map((entry) => join(root, 'packages/token/src', `${entry}.ts`)),
    ...{
      outdir: join(cache, 'sizes/token'),
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      logLevel: 'silent',
    },
  })
  return tool('size-limit/bin.js', [])
}

function boundaries() {
  const folders = ['packages', 'apps', 'sim', 'bench', 'tools'].filter((folder) => existsSync(join(root, folder)))
  return tool('dependency-cruiser/bin/dependency-cruiser.mjs', [
    '--config',
    '.dependency-cruiser.mjs',
    '--output-type',
    'err',
    ...folders,
  ])
}

/** Counting slows the tests down, and other guards run beside them: each may take longer than it may by itself. */
function coverage() {
  return tool('vitest/vitest.mjs', ['run', '--coverage', '--testTimeout=60000', '--reporter=dot', ...itsTests])
}

/** @param {string} file */
function testFile(file) {
  return tool('vitest/vitest.mjs', ['run', '--project', 'unit', '--reporter=dot', file])
}

/** The slow ones first, so that two at a time end together. @type {Record<string, () => Promise<Outcome>>} */
const guards = {
  coverage,
  lint: () => tool('eslint/bin/eslint.js', ['--max-warnings', '0', '.']),
  types,
  boundaries,
  'dead-code': () => tool('knip/bin/knip.js', ['--treat-config-hints-as-errors', '--no-progress']),
  format: () => tool('prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']),
  sizes,
  tidy: () => testFile('tools/tidy.test.ts'),
  rules: () => testFile('tools/rules.test.ts'),
  mangling: () => testFile('tools/outside-names.test.ts'),
}

/** @param {string} name @param {() => Promise<Outcome>} guard @param {boolean} hasFigures */
async function report(name, guard, hasFigures) {
  const startedAtMs = performance.now()
  const outcome = await guard().catch((/** @type {unknown} */ error) => ({ code: 1, output: `${String(error)}\n` }))
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1).padStart(5)
  const isShown = outcome.code !== 0 || hasFigures
  console.log(
    `${outcome.code === 0 ? 'ok     ' : 'REFUSED'} ${name.padEnd(11)} ${seconds} s${isShown ? `\n${outcome.output}` : ''}`,
  )
  return outcome.code === 0
}

/** @param {readonly string[]} names */
async function main(names) {
  const unknown = names.filter((name) => !Object.hasOwn(guards, name))
  if (unknown.length > 0) {
    console.error(`No such guard: ${unknown.join(', ')}. There are: ${Object.keys(guards).join(', ')}.`)
    return 1
  }
  mkdirSync(cache, { recursive: true })
  const due = Object.entries(guards).filter(([name]) => names.length === 0 || names.includes(name))
  /** @type {string[]} */
  const refused = []
  // The table of branches is long: it is for whoever asks for it.
  const withFigures = names.includes('coverage') ? ['sizes', 'coverage'] : ['sizes']
  const worker = async () => {
    for (let next = due.shift(); next !== undefined; next = due.shift()) {
      if (!(await report(...next, withFigures.includes(next[0])))) refused.push(next[0])
    }
  }
  await Promise.all([worker(), worker()])
  console.log(refused.length === 0 ? 'check: all guards agree' : `check: refused by ${refused.join(', ')}`)
  return refused.length === 0 ? 0 : 1
}

process.exitCode = await main(process.argv.slice(2))
