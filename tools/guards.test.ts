import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ESLint } from 'eslint'
import { afterAll, describe, expect, it } from 'vitest'
import { root, runQuietly } from './child.mjs'

const folder = mkdtempSync(join(tmpdir(), 'helvino-guards-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** What a tree of these files breaks, as `<rule>: <file that imports>`. */
async function brokenArrows(files: Record<string, string>): Promise<string[]> {
  const tree = mkdtempSync(join(folder, 'tree-'))
  for (const config of ['.dependency-cruiser.mjs', 'tsconfig.base.json']) cpSync(join(root, config), join(tree, config))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true })
    writeFileSync(join(tree, path), text)
  }
  const cruiser = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs')
  const folders = new Set(Object.keys(files).map((path) => path.split('/')[0] ?? ''))
  folders.delete('node_modules')
  const args = [cruiser, '--config', join(tree, '.dependency-cruiser.mjs'), '--output-type', 'err', ...folders]
  const { output } = await runQuietly(process.execPath, args, { ...process.env, NO_COLOR: '1' }, tree)
  return [...output.matchAll(/error ([a-z-]+: \S+?):? /g)].map((match) => match[1] ?? '')
}

// On CI the parser would read each file from the disk once, and never see the text given here.
const overrideConfig = { languageOptions: { parserOptions: { disallowAutomaticSingleRunInference: true } } }
const eslint = new ESLint({ cwd: root, overrideConfig })

/** The ids of the lint rules that this text breaks where it stands in an existing file. */
async function lintFaults(filePath: string, text: string): Promise<string[]> {
  const results = await eslint.lintText(text, { filePath: join(root, filePath) })
  return results.flatMap((result) => result.messages.map((message) => message.ruleId ?? message.message))
}

/** Each rule of the arrows with one import that breaks it: from a file, by a specifier, to a file. */
const against: [rule: string, from: string, specifier: string, to: string][] = [
  ['no-app-imports-another-app', 'apps/widget/src/a.ts', '../../server/src/b.ts', 'apps/server/src/b.ts'],
  ['packages-import-no-app', 'packages/client/src/a.ts', '../../../apps/widget/src/c.ts', 'apps/widget/src/c.ts'],
  [
    'packages-through-their-entry',
    'apps/inbox/src/a.ts',
    '../../../packages/client/src/b.ts',
    'packages/client/src/b.ts',
  ],
  ['client-imports-the-packages-below-it', 'packages/client/src/d.ts', 'preact', 'node_modules/preact/index.js'],
  [
    'implementations-named-in-server-only',
    'apps/server/src/main.ts',
    './store/sqlite/a.ts',
    'apps/server/src/store/sqlite/a.ts',
  ],
  ['serving-knows-no-command', 'apps/server/src/http/c.ts', '../backup/b.ts', 'apps/server/src/backup/b.ts'],
  ['server-doors-decide-nothing', 'apps/server/src/http/a.ts', '../store/b.ts', 'apps/server/src/store/b.ts'],
  ['conversations-know-no-door', 'apps/server/src/conversations/a.ts', '../http/b.ts', 'apps/server/src/http/b.ts'],
  ['store-and-fan-out-at-the-bottom', 'apps/server/src/store/c.ts', '../http/b.ts', 'apps/server/src/http/b.ts'],
  [
    'apps-reach-token-through-client',
    'apps/widget/src/d.ts',
    '../../../packages/token/src/index.ts',
    'packages/token/src/index.ts',
  ],
  [
    'server-imports-protocol-and-runtime-only',
    'apps/server/src/d.ts',
    '../../../packages/client/src/index.ts',
    'packages/client/src/index.ts',
  ],
  [
    'protocol-and-runtime-stand-alone',
    'packages/protocol/src/a.ts',
    '../../token/src/index.ts',
    'packages/token/src/index.ts',
  ],
  [
    'system-runtime-from-wiring-only',
    'apps/widget/src/e.ts',
    '../../../packages/runtime/src/system-browser.ts',
    'packages/runtime/src/system-browser.ts',
  ],
  ['testkit-in-tests-only', 'packages/token/src/a.ts', '../../testkit/src/index.ts', 'packages/testkit/src/index.ts'],
  ['no-test-code-in-the-product', 'packages/token/src/b.ts', './c.test.ts', 'packages/token/src/c.test.ts'],
  ['resolvable', 'packages/token/src/d.ts', './gone.ts', 'packages/token/src/e.ts'],
]

describe('the guards', { timeout: 60_000 }, () => {
  it('[GU1] refuse each import against the arrows by the name of its rule', async () => {
    const files: Record<string, string> = {}
    for (const [, , , to] of against) files[to] = 'export const a = 1\n'
    for (const [, from, specifier] of against) files[from] = `import { a } from '${specifier}'\nexport const b = a\n`
    const broken = await brokenArrows(files)
    for (const [rule, from] of against) expect(broken).toContain(`${rule}: ${from}`)
  })

  it('[GU2] refuse a cycle of imports, and nothing where the arrows run one way', async () => {
    const a = "import { b } from './b.ts'\nexport const a = () => b\n"
    const b = "import { a } from './a.ts'\nexport const b = () => a\n"
    const cycle = await brokenArrows({ 'packages/client/src/a.ts': a, 'packages/client/src/b.ts': b })
    expect(cycle).toContain('no-cycle: packages/client/src/a.ts')
    const alone = 'export const b = () => 1\n'
    expect(await brokenArrows({ 'packages/client/src/a.ts': a, 'packages/client/src/b.ts': alone })).toEqual([])
  })

  it('[GU3] refuse time, chance, network and storage that were not handed in', async () => {
    const file = 'packages/token/src/index.ts'
    const calls = ['Date.now()', 'new Date()', 'Math.random()', 'process.env']
    const syntax = await lintFaults(
      file,
      calls.map((call, at) => `export const a${String(at)}: unknown = ${call}\n`).join(''),
    )
    expect(syntax.filter((rule) => rule === 'no-restricted-syntax')).toHaveLength(calls.length)
    const names = ['setTimeout', 'setInterval', 'fetch', 'WebSocket', 'localStorage', 'performance', 'crypto']
    const globals = await lintFaults(
      file,
      names.map((name, at) => `export const a${String(at)}: unknown = ${name}\n`).join(''),
    )
    expect(globals.filter((rule) => rule === 'no-restricted-globals')).toHaveLength(names.length)
    expect(await lintFaults('packages/runtime/src/system-node.ts', 'export const a = () => Date.now()\n')).toEqual([])
    expect(await lintFaults(file, 'export const a = new Date(0).toISOString()\n')).toEqual([])
  })

  it('[GU4] refuse a promise nobody waits for, an empty catch, a star export, a chatty module and an open switch', async () => {
    const file = 'packages/token/src/index.ts'
    const faults = async (text: string) => lintFaults(file, text)
    expect(await faults('declare const a: () => Promise<void>\na()\n')).toContain(
      '@typescript-eslint/no-floating-promises',
    )
    const nothing = '{}'
    expect(await faults(`declare const a: () => void\ntry { a() } catch ${nothing}\n`)).toContain('no-empty')
    expect(await faults("export * from './token-error.ts'\n")).toContain('no-restricted-syntax')
    expect(await faults('export let held = 1\n')).toContain('no-restricted-syntax')
    expect(await lintFaults('apps/server/src/auth/principal.ts', "console.log('a')\n")).toContain('no-console')
    const open = "export const f = (kind: 'a' | 'b') => { switch (kind) { case 'a': return 1 } return 2 }\n"
    expect(await faults(open)).toContain('@typescript-eslint/switch-exhaustiveness-check')
  })
})
