import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { type EngineEntry, engines, ours, peersFolder } from './engines.ts'

async function bytesOf(
  { smallestImport }: EngineEntry,
  resolveDir: string,
  external: readonly string[],
): Promise<number | string> {
  const built = await build({
    stdin: { contents: smallestImport ?? '', resolveDir },
    bundle: true,
    external: [...external],
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  }).catch((error: unknown) => error)
  if (built instanceof Error) return 'does not bundle for a browser'
  const { outputFiles } = built as { readonly outputFiles: readonly { readonly contents: Uint8Array }[] }
  return outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0)
}

/** What bench/renewal/helvino-engine.ts imports: the friendly face, its `fetch` and the reader of the answer. */
const asMeasured: EngineEntry = {
  ...ours,
  name: 'helvino, as measured here',
  smallestImport:
    "export { createTokenRenewer } from '@helvino/token'; export { readTokenResponse } from '@helvino/token/token-response'",
}

/** Minified and gzipped bytes of the smallest import that gives the feature, bundled for a browser. */
export async function measureBytes(): Promise<readonly object[]> {
  const rows: object[] = []
  for (const entry of [asMeasured, ...engines]) {
    if (entry.smallestImport === undefined) continue
    const resolveDir = entry.packages === ours.packages ? join(peersFolder, '../../packages/client/src') : peersFolder
    rows.push({
      engine: entry.name,
      import: entry.smallestImport,
      bytes: await bytesOf(entry, resolveDir, []),
      bytesWithoutItsClient: entry.host ? await bytesOf(entry, resolveDir, entry.host) : '',
    })
  }
  return rows
}
