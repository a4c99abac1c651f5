import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { build } from 'esbuild'

const folder = import.meta.dirname
const outFolder = join(folder, 'dist')

await rm(outFolder, { recursive: true, force: true })
const { metafile } = await build({
  absWorkingDir: folder,
  entryPoints: ['src/main.tsx', 'src/inbox.css'],
  outdir: outFolder,
  entryNames: 'assets/inbox-[hash]',
  // What a page imports later is a file of its own.
  splitting: true,
  chunkNames: 'assets/[name]-[hash]',
  bundle: true,
  minify: true,
  metafile: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning',
})

// Those that the page itself asks for; they ask for the rest.
const named = Object.keys(metafile.outputs).filter((file) => basename(file).startsWith('inbox-'))

/** @param {string} page @param {string} file one of the outputs */
function withHashedName(page, file) {
  const name = basename(file)
  const plainName = name.replace(/-\w+(\.\w+)$/, '$1')
  if (!page.includes(`/${plainName}"`)) throw new Error(`index.html does not ask for ${plainName}`)
  return page.replace(`/${plainName}"`, `/${name}"`)
}

const template = await readFile(join(folder, 'index.html'), 'utf8')
await mkdir(outFolder, { recursive: true })
await writeFile(join(outFolder, 'index.html'), named.reduce(withHashedName, template))
