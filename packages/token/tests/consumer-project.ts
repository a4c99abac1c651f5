import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { environmentFor, root, runQuietly } from '../../../tools/child.mjs'
import { npmFor } from '../../../tools/node-binary.mjs'
import { packToken } from '../../../tools/pack-token.mjs'

/** An empty project of somebody else, with the packed package installed into it from the tarball alone. */
export async function openConsumerProject() {
  const folder = mkdtempSync(join(tmpdir(), 'helvino-token-'))
  const tarball = await packToken(folder)
  const project = join(folder, 'project')
  const env = environmentFor(process.execPath)
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }\n')
  const { command, args } = npmFor(process.execPath)
  const flags = ['--offline', '--no-audit', '--no-fund', '--ignore-scripts']
  const installed = await runQuietly(command, [...args, 'install', ...flags, tarball], env, project)
  if (installed.code !== 0) throw new Error(installed.output)
  return {
    tarball: readFileSync(tarball),
    installed: join(project, 'node_modules/@helvino/token'),
    /** Runs a script there. `code` is null where it did not end by itself within 20 s. */
    async run(script: string, more: Record<string, string> = {}) {
      writeFileSync(join(project, 'example.mjs'), script)
      const limited = ['--import', `data:text/javascript,setTimeout(()=>process.exit(99),20000).unref()`, 'example.mjs']
      return runQuietly(process.execPath, limited, { ...env, ...more }, project)
    },
    /** Compiles a file there. `clients`: packages of this workspace that the project is to have too. */
    async compile(text: string, settings: readonly string[], clients: readonly string[] = []) {
      for (const client of clients) {
        const link = join(project, 'node_modules', client)
        mkdirSync(dirname(link), { recursive: true })
        rmSync(link, { force: true })
        symlinkSync(join(root, 'node_modules', client), link)
      }
      writeFileSync(join(project, 'example.ts'), text)
      const tsc = join(root, 'node_modules/typescript/bin/tsc')
      const strict = ['--strict', '--noEmit', '--target', 'es2022', '--pretty', 'false']
      return runQuietly(process.execPath, [tsc, ...strict, ...settings, 'example.ts'], env, project)
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

export type ConsumerProject = Awaited<ReturnType<typeof openConsumerProject>>
