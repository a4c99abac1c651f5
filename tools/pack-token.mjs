import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { environmentFor, root, runQuietly } from './child.mjs'
import { npmFor } from './node-binary.mjs'

/**
 * Builds `@helvino/token` and packs what would be published; publishes nothing. Rejects with what failed said.
 * @param {string} folder what is built goes into `dist` in it, the tarball beside it
 * @returns {Promise<string>} path of the tarball
 */
export async function packToken(folder) {
  const env = environmentFor(process.execPath)
  const dist = join(folder, 'dist')
  mkdirSync(dist, { recursive: true })
  const built = await runQuietly(process.execPath, [join(root, 'packages/token/build.mjs'), dist], env)
  if (built.code !== 0) throw new Error(built.output)
  const { command, args } = npmFor(process.execPath)
  const packed = await runQuietly(
    command,
    [...args, 'pack', '--ignore-scripts', '--pack-destination', folder],
    env,
    dist,
  )
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))
  if (packed.code !== 0 || tarball === undefined) throw new Error(packed.output)
  return join(folder, tarball)
}
