import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, transform } from 'esbuild'
import { minify } from 'terser'
import { insideNames } from './inside-names.mjs'

const folder = import.meta.dirname
const dist = join(folder, 'dist')

/** Stylesheets become minified text: a strict policy lets nothing but a constructable stylesheet in. @type {import('esbuild').Plugin} */
const cssAsText = {
  name: 'css-as-text',
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, 'utf8'), { loader: 'css', minify: true, target: 'es2022' })
      return { contents: code.trim(), loader: 'text' }
    })
  },
}

/**
 * `mangleCache`: how names are shortened in a file that this one meets.
 * @param {import('esbuild').BuildOptions} options
 * @param {(text: string) => string} wrap
 */
async function bundle(options, wrap = (text) => text) {
  const { outputFiles, mangleCache } = await build({
    bundle: true,
    minify: true,
    write: false,
    target: 'es2022',
    platform: 'browser',
    mangleProps: new RegExp(`^(${insideNames.join('|')})$`),
    charset: 'utf8',
    legalComments: 'none',
    // Calls of `h` are shorter than what the types' automatic runtime would make of the same JSX.
    jsx: 'transform',
    jsxFactory: 'h',
    jsxFragment: 'Fragment',
    logOverride: { 'unsupported-jsx-comment': 'silent' },
    plugins: [cssAsText],
    mangleCache: {},
    ...options,
  })
  const file = outputFiles?.[0]
  if (!file) throw new Error('a build gave no file')
  // A second minifier, now that it is one file: of what the first one leaves it finds another four in a hundred.
  const { code } = await minify(wrap(file.text), {
    module: options.format === 'esm',
    ecma: 2020,
    compress: {
      passes: 3,
      unsafe: true,
      unsafe_arrows: true,
      pure_getters: true,
      keep_fargs: false,
      // Shorter, but less like the rest of the file, and so longer once it is compressed.
      // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enum is in terser's types alone, not in its code
      inline: 1,
      lhs_constants: false,
    },
  })
  if (code === undefined) throw new Error('minifying gave nothing')
  return { code: Buffer.from(code), ...(mangleCache && { mangleCache }) }
}

/**
 * Leaves a file alone that says the same: a server may be reading it.
 * @param {string} name @param {Uint8Array} contents
 */
function write(name, contents) {
  const file = join(dist, name)
  if (!existsSync(file) || !readFileSync(file).equals(contents)) writeFileSync(file, contents)
}

/** @param {Uint8Array} contents */
const gzippedBytes = (contents) => gzipSync(contents, { level: 9 }).length

/** @param {string} name @param {Uint8Array} contents */
const hashedName = (name, contents) => `${name}-${createHash('sha256').update(contents).digest('hex').slice(0, 12)}.js`

/**
 * The view uses the Preact that the panel carries: its build finds names there that the function around it takes as its argument.
 * @type {import('esbuild').Plugin}
 */
const preactOfPanel = {
  name: 'preact-of-panel',
  setup({ onLoad }) {
    onLoad({ filter: /preact\.mjs$/ }, () => ({
      contents: 'export const {h, Fragment, Component, createRef} = $preact',
    }))
  },
}

/**
 * What the chunk exports is what the function gives back. Not by esbuild's own function around a chunk, which loops over whatever a page's
 * library has added to every object.
 * @param {string} code
 */
function asView(code) {
  const [exported, names = ''] = /export\s*\{([^}]*)\};?\s*$/.exec(code) ?? ['']
  const given = names.split(',').map((each) => each.trim().split(' as ').reverse().join(':'))
  return `export const createView=$preact=>{${code.slice(0, -exported.length)}return{${given.join()}}}`
}

const preact = fileURLToPath(import.meta.resolve('preact'))
const languages = ['ar', 'de', 'es', 'fr', 'ja', 'pt', 'tr']

const { code: telemetry } = await bundle({ entryPoints: [join(folder, 'src/telemetry.ts')], format: 'esm' })
const telemetryFile = hashedName('telemetry', telemetry)
// The panel hands its ports to it, so both use the same short names; so do all that follow.
const { code: live, ...afterLive } = await bundle({ entryPoints: [join(folder, 'src/live.ts')], format: 'esm' })
const liveFile = hashedName('live', live)
const { code: view, ...afterView } = await bundle(
  {
    entryPoints: [join(folder, 'src/view-parts.ts')],
    format: 'esm',
    ...afterLive,
    define: { TELEMETRY_FILE: JSON.stringify(telemetryFile) },
    inject: [preact],
    plugins: [cssAsText, preactOfPanel],
  },
  asView,
)
const viewFile = hashedName('view', view)
let names = afterView
const spoken = []
for (const language of languages) {
  const entryPoints = [join(folder, `src/words/${language}.ts`)]
  const { code, ...after } = await bundle({ entryPoints, format: 'esm', ...names })
  spoken.push({ language, code })
  names = after
}
// One for all of them: the panel names each by it.
const wordsHash = createHash('sha256')
  .update(Buffer.concat(spoken.map(({ code }) => code)))
  .digest('hex')
  .slice(0, 12)
// No short names: its loader may be of an older build.
const { code: face } = await bundle({
  ...{ entryPoints: [join(folder, 'src/face-verbs.ts')], format: 'esm', mangleProps: /^$/ },
})
const faceFile = hashedName('face', face)
const { code: panel } = await bundle({
  entryPoints: [join(folder, 'src/panel.tsx')],
  format: 'esm',
  ...names,
  define: {
    LIVE_FILE: JSON.stringify(liveFile),
    VIEW_FILE: JSON.stringify(viewFile),
    FACE_FILE: JSON.stringify(faceFile),
    WORDS_HASH: JSON.stringify(wordsHash),
  },
  inject: [preact],
})
const panelFile = hashedName('panel', panel)
const { code: loader } = await bundle({
  entryPoints: [join(folder, 'src/embed.ts')],
  format: 'iife',
  define: { PANEL_FILE: JSON.stringify(panelFile), FACE_FILE: JSON.stringify(faceFile) },
})
// Nearly all of it runs at once: one pass over it, where V8 would look at every function twice (explicit JavaScript compile hints).
const embed = Buffer.concat([Buffer.from('//# allFunctionsCalledOnLoad\n'), loader])

mkdirSync(dist, { recursive: true })
// In this order: what is served names what is there.
const files = new Map([
  [telemetryFile, telemetry],
  [liveFile, live],
  [viewFile, view],
  ...spoken.map(({ language, code }) => /** @type {const} */ ([`words-${language}-${wordsHash}.js`, code])),
  [faceFile, face],
  [panelFile, panel],
  ['embed.js', embed],
])
for (const [name, contents] of files) write(name, contents)
for (const name of readdirSync(dist)) if (!files.has(name)) rmSync(join(dist, name), { recursive: true })

const embedBytes = gzippedBytes(embed)
const panelBytes = gzippedBytes(panel)
console.log(
  `embed.js ${String(embedBytes)} B gz, ${panelFile} ${String(panelBytes)} B gz, together ${String(embedBytes + panelBytes)} B gz; ` +
    `${telemetryFile} ${String(gzippedBytes(telemetry))} B gz; ${liveFile} ${String(gzippedBytes(live))} B gz; ` +
    `${viewFile} ${String(gzippedBytes(view))} B gz; words ${String(Math.max(...spoken.map(({ code }) => gzippedBytes(code))))} B gz at most; ` +
    `${faceFile} ${String(gzippedBytes(face))} B gz`,
)
