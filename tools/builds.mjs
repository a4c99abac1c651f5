import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { environmentFor, root, runQuietly } from './child.mjs'

const apps = ['widget', 'inbox', 'demo', 'server']
const stampFile = join(root, '.cache', 'build-stamp')
const notSource = /(^|\/)(node_modules|dist|tests)(\/|$)|\.test\.tsx?$|\.md$/

/** The apps that have a build. */
function buildableApps() {
  return apps.filter((app) => existsSync(join(root, 'apps', app, 'build.mjs')))
}

function sourceHash() {
  const hash = createHash('sha256')
  for (const folder of ['apps', 'packages']) {
    const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    for (const file of files.sort()) {
      if (notSource.test(file.slice(root.length).replaceAll('\\', '/'))) continue
      hash.update(`${file.slice(root.length)}\0`).update(readFileSync(file))
    }
  }
  // The guides are built into pages.
  const guides = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.md'),
  )
  const prose = readdirSync(root).filter((name) => name.endsWith('.md'))
  for (const file of [...guides.map((name) => join('docs', name)), ...prose].sort())
    hash.update(readFileSync(join(root, file)))
  for (const file of ['package-lock.json', 'tsconfig.base.json']) hash.update(readFileSync(join(root, file)))
  return hash.digest('hex')
}

export function areBuildsReady() {
  const areBuilt = buildableApps().every((app) => existsSync(join(root, 'apps', app, 'dist')))
  return areBuilt && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === sourceHash()
}

/**
 * Builds every app; rejects with the build's own words where one fails.
 * @param {string} node path of the binary
 */
export async function buildApps(node) {
  const hash = sourceHash()
  for (const app of buildableApps()) {
    const built = await runQuietly(node, [join(root, 'apps', app, 'build.mjs')], environmentFor(node))
    if (built.code !== 0) throw new Error(`${built.output}The build of apps/${app} failed; what it said stands above.`)
  }
  mkdirSync(join(root, '.cache'), { recursive: true })
  writeFileSync(stampFile, hash)
}
