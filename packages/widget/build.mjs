import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import ts from 'typescript'

const folder = import.meta.dirname
const root = join(folder, '../..')
const dist = process.argv[2] ?? join(folder, 'dist')

/**
 * @typedef {{ version: string, description: string, license: string, exports: Record<string, string>,
 *   peerDependencies: Record<string, string>, peerDependenciesMeta: Record<string, unknown> }} Manifest
 * @typedef {{ compilerOptions: Record<string, unknown> }} Settings
 */

/** @template Contents @param {string} path @returns {Contents} */
function readJson(path) {
  /** @type {unknown} */
  const contents = JSON.parse(readFileSync(path, 'utf8'))
  return /** @type {Contents} */ (contents)
}

/** @type {Manifest} */
const manifest = readJson(join(folder, 'package.json'))
const entries = Object.entries(manifest.exports).map(([path, source]) => ({
  path,
  name: basename(source, '.ts'),
  source: join(folder, source),
}))

/** Frameworks stay outside: the project that installs this has its own. */
async function writeScripts() {
  await build({
    entryPoints: entries.map(({ source }) => source),
    ...{ outdir: dist, bundle: true, splitting: true, format: 'esm', platform: 'neutral', target: 'es2022' },
    ...{ external: Object.keys(manifest.peerDependencies), chunkNames: 'shared-[hash]', minifySyntax: true },
    ...{ legalComments: 'none', logLevel: 'warning' },
  })
}

function writeDeclarations() {
  /** @type {Settings} */
  const { compilerOptions } = readJson(join(root, 'tsconfig.base.json'))
  const { options } = ts.convertCompilerOptionsFromJson(compilerOptions, root)
  const program = ts.createProgram(
    entries.map(({ source }) => source),
    {
      ...options,
      ...{ noEmit: false, declaration: true, emitDeclarationOnly: true, outDir: dist, rootDir: join(folder, 'src') },
      ...{ lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'], types: [] },
    },
  )
  const { emitSkipped, diagnostics } = program.emit(undefined, (path, text) => {
    writeFileSync(path, text.replace(/from '(\.[^']+)\.ts'/g, "from '$1.js'"))
  })
  const faults = [...ts.getPreEmitDiagnostics(program), ...diagnostics]
  if (emitSkipped || faults.length > 0)
    throw new Error(faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')).join('\n'))
}

/** The manifest that the world sees, under the name that it has there. */
function writeManifest() {
  const { version, description, license, peerDependencies, peerDependenciesMeta } = manifest
  const published = {
    name: '@helvino/widget',
    ...{ version, description, license },
    keywords: ['chat', 'live chat', 'support', 'react', 'vue'],
    type: 'module',
    sideEffects: false,
    exports: {
      ...Object.fromEntries(
        entries.map(({ path, name }) => [path, { types: `./${name}.d.ts`, import: `./${name}.js` }]),
      ),
      './package.json': './package.json',
    },
    files: ['*.js', '*.d.ts'],
    ...{ peerDependencies, peerDependenciesMeta },
  }
  writeFileSync(join(dist, 'package.json'), `${JSON.stringify(published, undefined, 2)}\n`)
}

rmSync(dist, { recursive: true, force: true })
mkdirSync(dist, { recursive: true })
await writeScripts()
writeDeclarations()
writeManifest()
cpSync(join(folder, 'README.md'), join(dist, 'README.md'))
cpSync(join(root, 'LICENSE'), join(dist, 'LICENSE'))
