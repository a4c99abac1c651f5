import { join } from 'node:path'
import { areBuildsReady, buildApps } from './builds.mjs'
import { become, root } from './child.mjs'
import { areDependenciesReady, installDependencies } from './dependencies.mjs'
import { withSetupLock } from './lock-folder.mjs'
import { chooseNode, fetchNode } from './node-binary.mjs'

// Plain JavaScript without dependencies: this runs on a fresh clone, before anything is installed, and on Node 20 too.

/**
 * What each command runs once everything is there, before the arguments that it is given, and whether it needs the apps built.
 * @type {Record<string, { needsBuild: boolean, script: string, args?: readonly string[] }>}
 */
const commands = {
  start: { needsBuild: true, script: 'apps/server/dist/helvino.js', args: ['start'] },
  helvino: { needsBuild: true, script: 'apps/server/dist/helvino.js' },
  test: { needsBuild: true, script: 'tools/test.mjs' },
  check: { needsBuild: false, script: 'tools/check.mjs' },
  dev: { needsBuild: false, script: 'tools/dev.mjs' },
  sim: { needsBuild: false, script: 'sim/main.ts' },
  bench: { needsBuild: true, script: 'bench/main.ts' },
  pictures: { needsBuild: true, script: 'tools/pictures.ts' },
}

/** @param {string} what @param {() => Promise<void>} step */
async function timed(what, step) {
  process.stderr.write(`set-up: ${what} ...\n`)
  const startedAtMs = performance.now()
  await step()
  process.stderr.write(`set-up: ${what} took ${((performance.now() - startedAtMs) / 1000).toFixed(1)} s\n`)
}

/**
 * Each step looks again at what is missing when its turn comes, since another set-up may have done it while this one waited.
 * @param {boolean} needsBuild
 * @param {boolean} mustBuild
 */
async function prepare(needsBuild, mustBuild) {
  const node = chooseNode()
  const isBuildDue = () => mustBuild || (needsBuild && !areBuildsReady())
  if (node.isReady && areDependenciesReady(node.version) && !isBuildDue()) return node
  await withSetupLock(async () => {
    if (!chooseNode().isReady) await timed(`fetching Node ${node.version}`, () => fetchNode(node))
    if (!areDependenciesReady(node.version)) await timed('installing dependencies', () => installDependencies(node))
    if (isBuildDue()) await timed('building', () => buildApps(node.path))
  })
  return node
}

/** Node 22 before 22.18 runs TypeScript only when asked to. @param {string} version @param {string} script */
function typeFlags(version, script) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return script.endsWith('.ts') && major === 22 && minor < 18 ? ['--experimental-strip-types', '--no-warnings'] : []
}

/** @param {readonly string[]} argv */
async function main([name = '', ...args]) {
  if (name === 'build') {
    await prepare(true, true)
    return
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) {
    throw new Error(`Usage: node tools/setup.mjs ${['build', ...Object.keys(commands)].join(' | ')} [arguments]`)
  }
  const node = await prepare(command.needsBuild, false)
  await become(node.path, [
    ...typeFlags(node.version, command.script),
    join(root, command.script),
    ...(command.args ?? []),
    ...args,
  ])
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  // Whoever reads the closing line of the tests finds one, whatever kept them from running.
  if (process.argv[2] === 'test') process.stdout.write('0 passed, 1 failed\n')
  process.exitCode = 1
}
