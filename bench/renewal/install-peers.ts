import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { environmentFor, runQuietly } from '../../tools/child.mjs'
import { npmFor } from '../../tools/node-binary.mjs'
import { peersFolder } from './engines.ts'

const stampFile = join(peersFolder, 'node_modules', '.helvino-install')

/** Installs what bench/peers/package-lock.json says, where that has not been done. Runs no package's own script. */
export async function installPeers(): Promise<void> {
  const lock = createHash('sha256')
    .update(readFileSync(join(peersFolder, 'package-lock.json')))
    .digest('hex')
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === lock) return
  const npm = npmFor(process.execPath)
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund']
  const environment = environmentFor(process.execPath)
  const installed = await runQuietly(npm.command, [...npm.args, 'ci', ...flags], environment, peersFolder)
  if (installed.code !== 0)
    throw new Error(`${installed.output}npm ci failed in bench/peers; what it said stands above.`)
  writeFileSync(stampFile, lock)
}
