import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { environmentFor, root, runQuietly } from './child.mjs'
import { npmFor } from './node-binary.mjs'

const stampFile = join(root, 'node_modules', '.helvino-install')

/**
 * What node_modules was made from: the lock file, and what compiled parts depend on.
 * @param {string} nodeVersion
 */
function stampFor(nodeVersion) {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  return `${lock} node-${nodeVersion.split('.')[0] ?? ''} ${process.platform}-${process.arch}\n`
}

/** @param {string} nodeVersion */
export function areDependenciesReady(nodeVersion) {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stampFor(nodeVersion)
}

/**
 * Installs exactly what the lock file says; rejects with npm's own words where that fails.
 * @param {import('./node-binary.mjs').Chosen} node
 */
export async function installDependencies(node) {
  const npm = npmFor(node.path)
  const stamp = stampFor(node.version)
  // No package needs its script: what is compiled comes with it. With scripts npm would compile the database anew, for a file that lies in its
  // package, and fail where there is no Python.
  const flags = ['--no-audit', '--no-fund', '--include=dev', '--ignore-scripts']
  const installed = await runQuietly(npm.command, [...npm.args, 'ci', ...flags], environmentFor(node.path))
  if (installed.code !== 0) throw new Error(`${installed.output}npm ci failed; what it said stands above.`)
  writeFileSync(stampFile, stamp)
}
