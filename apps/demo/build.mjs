import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

const folder = import.meta.dirname
const outFolder = join(folder, 'dist')

await mkdir(outFolder, { recursive: true })
await build({
  absWorkingDir: folder,
  // Not a module: it has to run before the widget's script, which keeps what it finds.
  entryPoints: ['src/demo.ts', 'src/shop.css'],
  outdir: outFolder,
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  logLevel: 'warning',
})
await copyFile(join(folder, 'index.html'), join(outFolder, 'index.html'))
