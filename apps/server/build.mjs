import { mkdir, rename, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { buildDocs } from './build-docs.mjs'

const path = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url))

// One file with everything but the native database, and a small one for its thread: Node reads hundreds of small modules at twice the start time and 35 MB more.
// What is imported when it is needed, the login library, runs when it is needed here too.
const { outputFiles } = await build({
  entryPoints: { helvino: path('src/main.ts'), 'checkpoint-worker': path('src/store/sqlite/checkpoint-worker.ts') },
  outdir: path('dist'),
  bundle: true,
  write: false,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  // The other native part belongs to another driver of PostgreSQL, which asks for it only when told to.
  external: ['better-sqlite3', 'pg-native'],
  // Libraries in the older module format ask for Node's own modules by `require`.
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  sourcemap: true,
  logLevel: 'warning',
})

// Moved into place whole: tests build while other tests start the server.
await mkdir(path('dist'), { recursive: true })
for (const { path: target, contents } of outputFiles) {
  const partial = `${target}.${String(process.pid)}`
  await writeFile(partial, contents)
  await rename(partial, target)
}

await buildDocs()
