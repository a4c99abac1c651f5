import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { build } from 'esbuild'
import ts from 'typescript'

const folder = import.meta.dirname
const root = join(folder, '../..')
const dist = process.argv[2] ?? join(folder, 'dist')

/**
 * @typedef {{ version: string, description: string, license: string, exports: Record<string, string> }} Manifest
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
/** How an entry is imported, and the name of its files. */
const entries = Object.entries(manifest.exports).map(([path, source]) => ({
  path,
  name: posix.basename(source, '.ts'),
  source: join(folder, source),
}))

/** What the entries share goes into files of its own, so that there is one `TokenError`, whichever entry it comes from. */
async function writeScripts() {
  await build({
    entryPoints: entries.map(({ source }) => source),
    ...{ outdir: dist, bundle: true, splitting: true, format: 'esm', platform: 'neutral', target: 'es2022' },
    ...{ chunkNames: 'shared-[hash]', legalComments: 'none', logLevel: 'warning' },
  })
}

/** @returns {Map<string, string>} the declarations of everything that the entries reach, by path below packages/ */
function emitDeclarations() {
  /** @type {Settings} */
  const { compilerOptions } = readJson(join(root, 'tsconfig.base.json'))
  const { options } = ts.convertCompilerOptionsFromJson(compilerOptions, root)
  const outDir = '/emitted'
  const program = ts.createProgram(
    // Named here too: what is only imported counts as another package's, and gets no declarations.
    [join(root, 'packages/runtime/src/index.ts'), ...entries.map(({ source }) => source)],
    {
      ...options,
      ...{ noEmit: false, declaration: true, emitDeclarationOnly: true, outDir, rootDir: join(root, 'packages') },
      ...{ lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'], types: [] },
    },
  )
  /** @type {Map<string, string>} */
  const emitted = new Map()
  const { emitSkipped, diagnostics } = program.emit(undefined, (path, text) => {
    emitted.set(posix.relative(outDir, path), text)
  })
  const faults = [...ts.getPreEmitDiagnostics(program), ...diagnostics]
  if (emitSkipped || faults.length > 0)
    throw new Error(faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')).join('\n'))
  return emitted
}

/** Where a declaration of the workspace stands in the package. @param {string} path below packages/ */
const placeOf = (path) => path.replace(/^token\/src\//, '').replace(/^runtime\/src\//, 'runtime/')

/**
 * The file of each type that the runtime's entry names, so that only those that are used come along, and no value that has no script here.
 * @param {string} index the declarations of the runtime's entry
 */
function filesOfRuntime(index) {
  /** @type {Map<string, string>} */
  const files = new Map()
  for (const [, names = '', file = ''] of index.matchAll(/export (?:type )?\{([^}]*)\} from '\.\/([\w-]+)\.ts'/g))
    for (const name of names.split(',')) files.set(name.trim().replace(/^type /, ''), file)
  return files
}

/** Writes the declarations that the entries reach, with imports that hold inside of the package. */
function writeDeclarations() {
  const emitted = emitDeclarations()
  const runtime = filesOfRuntime(emitted.get('runtime/src/index.d.ts') ?? '')
  const due = entries.map(({ name }) => `token/src/${name}.d.ts`)
  const seen = new Set(due)
  for (const path of due) {
    const text = emitted.get(path)
    if (text === undefined) throw new Error(`no declarations for ${path}`)
    const place = placeOf(path)
    /** @param {string} target below packages/ */
    const reach = (target) => {
      if (!seen.has(target)) due.push(target)
      seen.add(target)
      const relative = posix.relative(posix.dirname(place), placeOf(target)).replace(/\.d\.ts$/, '.js')
      return relative.startsWith('.') ? relative : `./${relative}`
    }
    const spread = text.replace(
      /(import|export) (?:type )?\{([^}]*)\} from '@helvino\/runtime';/g,
      (_, /** @type {string} */ verb, /** @type {string} */ names) =>
        names
          .split(',')
          .map((raw) => raw.trim().replace(/^type /, ''))
          .filter((name) => name !== '')
          .map((name) => `${verb} type { ${name} } from '${reach(`runtime/src/${runtime.get(name) ?? name}.d.ts`)}';`)
          .join('\n'),
    )
    const inside = spread.replace(/from '(\.{1,2}\/[^']+)\.ts'/g, (_, /** @type {string} */ file) => {
      return `from '${reach(posix.join(posix.dirname(path), `${file}.d.ts`))}'`
    })
    if (inside.includes('@helvino/')) throw new Error(`${path} names another package`)
    mkdirSync(dirname(join(dist, place)), { recursive: true })
    writeFileSync(join(dist, place), inside)
  }
}

/** The manifest that the world sees: that of the workspace points at the sources and is private. */
function writeManifest() {
  const { version, description, license } = manifest
  const published = {
    name: '@helvino/token',
    ...{ version, description, license },
    keywords: ['token', 'bearer', 'oauth2', 'jwt', 'refresh', 'fetch'],
    type: 'module',
    sideEffects: false,
    engines: { node: '>=22.13' },
    exports: {
      ...Object.fromEntries(
        entries.map(({ path, name }) => [path, { types: `./${name}.d.ts`, import: `./${name}.js` }]),
      ),
      './package.json': './package.json',
    },
    files: ['*.js', '*.d.ts', 'runtime'],
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
