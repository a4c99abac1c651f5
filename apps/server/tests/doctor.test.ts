import { chmodSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { Clock } from '@helvino/runtime'
import { systemClock } from '@helvino/runtime/system-node'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { readConfig } from '../src/config.ts'
import { examine } from '../src/doctor/examine.ts'
import type { CheckName, Finding } from '../src/doctor/finding.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { type ReverseProxy, startReverseProxy } from './reverse-proxy.ts'
import { runCommand } from './run-command.ts'
import { mountSmallDisk } from './small-disk.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'
import { testFolder } from './test-folder.ts'

type Env = Readonly<Record<string, string>>

const servers: SpawnedServer[] = []
let postgres: PostgresServer
/** A data folder of an installation that has stopped, to be copied and broken. */
let stopped: string

async function start(options: Parameters<typeof spawnServer>[0] = {}): Promise<SpawnedServer> {
  const server = await spawnServer(options)
  servers.push(server)
  return server
}

beforeAll(async () => {
  buildServer()
  postgres = await startPostgres()
  const server = await start({ env: { HELVINO_DEMO: 'off' } })
  await server.kill('SIGTERM')
  stopped = server.dataFolder
}, 60_000)
afterAll(async () => {
  for (const server of servers) await server.remove()
  await postgres.remove()
})

/** A server behind a proxy, with nothing wrong, and the settings that it was started with. */
async function deploy(more: Env = {}): Promise<{ server: SpawnedServer; proxy: ReverseProxy; env: Env }> {
  const proxy = await startReverseProxy()
  const settings = { PUBLIC_URL: proxy.url, HELVINO_DEMO: 'off', TRUSTED_PROXIES: '1', ...more }
  const server = await start({ env: settings })
  proxy.leadTo(server.url)
  const env = { ...settings, HELVINO_DATA_DIR: server.dataFolder, PORT: new URL(server.url).port }
  return { server, proxy, env }
}

interface Odd {
  readonly trustedProxies?: number
  readonly clock?: Clock
  readonly nodeVersion?: string
}

async function look(
  env: Env,
  { clock = systemClock, nodeVersion = process.versions.node, trustedProxies = 1 }: Odd = {},
) {
  const reading = readConfig(env)
  if (reading.kind === 'invalid') throw new Error(reading.message)
  return examine({ config: { ...reading.config, ...{ trustedProxies } }, clock, nodeVersion })
}

const wrongOf = (findings: readonly Finding[]): readonly CheckName[] =>
  findings.filter(({ state }) => state === 'wrong').map(({ check }) => check)

/** What is wrong beside that nothing runs, with the sentences of it. */
async function complaints(env: Env, odd?: Odd): Promise<string> {
  const findings = await look(env, odd)
  return findings
    .filter(({ check, state }) => state === 'wrong' && check !== 'server')
    .map(({ check, says, remedy }) => {
      expect([says, remedy]).toEqual([expect.stringMatching(/^\S[^\n]+\.$/), expect.stringMatching(/^[A-Z][^\n]+$/)])
      return `${check}: ${says}`
    })
    .join('\n')
}

/** A copy of a stopped installation. */
function copied(): string {
  const folder = join(testFolder(), 'data')
  cpSync(stopped, folder, { recursive: true })
  chmodSync(folder, 0o700)
  return folder
}

const settingsOf = (dataFolder: string, more: Env = {}): Env => ({
  ...{ HELVINO_DATA_DIR: dataFolder, PORT: '1', HELVINO_DEMO: 'off' },
  ...more,
})

/** Something else that answers on a port of its own, while the test runs. */
async function startStranger(): Promise<string> {
  const stranger = createServer((_request, response) => response.end('hello'))
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void stranger.close())
  const address = stranger.address()
  return `http://127.0.0.1:${String(typeof address === 'object' && address !== null ? address.port : 0)}`
}

const changed = (dataFolder: string, sql: string) => {
  const database = new Sqlite(join(dataFolder, 'helvino.db'))
  database.exec(sql)
  database.close()
}

describe('doctor', () => {
  it.each(['SQLite', 'PostgreSQL'])(
    '[DR1] finds nothing wrong with a healthy deployment on %s, and ends with 0',
    { timeout: 90_000 },
    async (kind) => {
      const { env } = await deploy(kind === 'SQLite' ? {} : { DATABASE_URL: await postgres.createDatabase() })
      const { code, stdout, stderr } = await runCommand(['doctor', '--json'], { env })
      const report = JSON.parse(stdout) as { readonly ok: boolean; readonly findings: readonly Finding[] }
      expect(report.findings.filter(({ state }) => state !== 'ok')).toEqual([])
      expect([code, report.ok, stderr]).toEqual([0, true, ''])
      const text = await runCommand(['doctor'], { env })
      expect([text.code, text.stdout.trimEnd().split('\n').at(-1)]).toEqual([0, 'Nothing is wrong.'])
    },
  )

  it('[DR2] names a data folder that is missing, is none, cannot be written, or is open to others', async () => {
    const open = copied()
    chmodSync(open, 0o755)
    expect(await complaints(settingsOf(open))).toBe(
      `data-folder: The data folder ${open} is open to other users of this machine.`,
    )
    const file = join(open, 'file')
    writeFileSync(file, '')
    expect(await complaints(settingsOf(file))).toContain(`data-folder: ${file} is no folder.`)
    expect(await complaints(settingsOf(join(open, 'nothing')))).toContain('data-folder: There is no data folder')
    // Nobody makes files there, whoever they are.
    if (process.platform === 'linux')
      expect(await complaints(settingsOf('/proc'))).toContain('data-folder: The data folder /proc cannot be written')
  })

  it('[DR3] names a key file that others may read, that is damaged, that is another one, or that is missing beside data', async () => {
    const dataFolder = copied()
    const path = join(dataFolder, 'keys.json')
    const keys = readFileSync(path)
    chmodSync(path, 0o640)
    expect(await complaints(settingsOf(dataFolder))).toBe(
      `keys: The key file ${path} may be read by others: set its mode to 600.`,
    )
    writeFileSync(path, keys.subarray(0, 100))
    chmodSync(path, 0o600)
    expect(await complaints(settingsOf(dataFolder))).toBe(
      `keys: The key file ${path} is damaged: restore it from a copy.`,
    )
    const foreign = JSON.parse(keys.toString()) as object
    writeFileSync(path, JSON.stringify({ ...foreign, visitorKey: Buffer.alloc(32, 5).toString('base64url') }))
    expect(await complaints(settingsOf(dataFolder))).toBe(
      `keys: The database was served with other keys than those in ${path}.`,
    )
    rmSync(path)
    expect(await complaints(settingsOf(dataFolder))).toMatch(/^keys: There is data, and no key file [^\n]+$/)
  })

  it('[DR4] names a database that is missing, newer, older or damaged', async () => {
    const dataFolder = copied()
    changed(dataFolder, 'PRAGMA user_version = 99')
    expect(await complaints(settingsOf(dataFolder))).toMatch(
      /^format: The data has format 99 and was written by a newer Helvino[^\n]+$/,
    )
    changed(dataFolder, 'PRAGMA user_version = 2')
    expect(await complaints(settingsOf(dataFolder))).toMatch(
      /^format: The data has format 2; this version wants[^\n]+$/,
    )
    const path = join(dataFolder, 'helvino.db')
    const bytes = readFileSync(path)
    writeFileSync(
      path,
      Buffer.concat([bytes.subarray(0, 4_096), bytes.subarray(4_096).map((byte, n) => (n % 7 ? byte : byte ^ 0xff))]),
    )
    expect(await complaints(settingsOf(dataFolder))).toMatch(/^database: The database [^\n]+$/m)
    writeFileSync(
      path,
      'no database, but long enough to look like something that was one once, before somebody wrote over it',
    )
    expect(await complaints(settingsOf(dataFolder))).toMatch(/^database: The database [^\n]+$/m)
    rmSync(path)
    expect(await complaints(settingsOf(dataFolder))).toBe(`database: There is no database ${path}.`)
  })

  it('[DR5] names a disk that is nearly full', async () => {
    const disk = mountSmallDisk(32)
    if (!disk) {
      console.warn('Only root can mount a small disk.')
      return
    }
    cpSync(stopped, join(disk.folder, 'data'), { recursive: true })
    chmodSync(join(disk.folder, 'data'), 0o700)
    expect(await complaints(settingsOf(join(disk.folder, 'data')))).toMatch(
      /^disk: The disk of \S+ is nearly full: \d+ MB are free[^\n]+$/,
    )
  })

  it.each<[string, Env, string]>([
    ['HOST that the network reaches without PUBLIC_URL', { HOST: '0.0.0.0' }, 'exposure: HOST is 0.0.0.0'],
    [
      'PUBLIC_URL without https',
      { PUBLIC_URL: 'http://chat.shop.example' },
      'exposure: PUBLIC_URL is http://chat.shop.example',
    ],
    [
      'a demo in public',
      { PUBLIC_URL: 'https://chat.shop.example', HELVINO_DEMO: 'on' },
      'exposure: The demo is switched on',
    ],
    [
      'a pinned secret that somebody typed',
      { ORG_TOKEN_SECRETS: `k:${Buffer.from('correct horse battery staple, and more').toString('base64url')}` },
      'settings: The secret k of ORG_TOKEN_SECRETS',
    ],
  ])('[DR6] names %s', async (_what, more, says) => {
    const found = await complaints(settingsOf(copied(), more))
    expect(found.split('\n')).toEqual([expect.stringContaining(says)])
    expect(found).not.toContain('correct')
  })

  it(
    '[DR7] names a PUBLIC_URL that nobody answers, that something else answers, or another installation',
    { timeout: 90_000 },
    async () => {
      const { env, proxy, server } = await deploy()
      proxy.leadTo(await startStranger())
      expect(await complaints(env)).toContain('public-url: ')
      expect(await complaints(env)).toContain('something else answers, with 200')
      const other = await start({ env: { HELVINO_DEMO: 'off' } })
      proxy.leadTo(other.url)
      expect(await complaints(env)).toContain('leads to another installation')
      proxy.leadTo(server.url)
      expect(await complaints(env)).toBe('')
      expect(await complaints({ ...env, PUBLIC_URL: 'http://127.0.0.1:1' })).toMatch(
        /^public-url: \S+ cannot be reached/,
      )
    },
  )

  it(
    '[DR8] names a proxy that lets no WebSocket through, one that hides its callers, and a clock that is wrong',
    { timeout: 90_000 },
    async () => {
      const { env, proxy } = await deploy()
      proxy.passesUpgrade = false
      expect(wrongOf(await look(env))).toEqual(['websocket'])
      proxy.passesUpgrade = true
      proxy.passesForwardedFor = false
      expect(wrongOf(await look(env))).toEqual(['forwarded-for'])
      proxy.passesForwardedFor = true
      for (const trustedProxies of [0, 2])
        expect(await complaints(env, { trustedProxies })).toMatch(
          /^forwarded-for: X-Forwarded-For names 1 callers .+ TRUSTED_PROXIES is [02]\.$/,
        )
      // Where the public address is the server's own, nobody stands between.
      const direct = `http://127.0.0.1:${env['PORT'] ?? ''}`
      expect(wrongOf(await look({ ...env, PUBLIC_URL: direct }, { trustedProxies: 0 }))).toEqual([])
      proxy.clockAheadMs = 120_000
      expect(await complaints(env)).toMatch(/^clock: .+ are 1[12]\d s apart\.$/)
      proxy.clockAheadMs = 0
      expect(wrongOf(await look(env))).toEqual([])
    },
  )

  it(
    '[DR9] names a server that does not run, a port that something else has, another installation’s server, and one that cannot write',
    { timeout: 90_000 },
    async () => {
      const { env, server } = await deploy()
      const saysOf = async (of: Env) =>
        (await look(of)).find(({ check, state }) => check === 'server' && state === 'wrong')?.says
      expect(await saysOf(env)).toBeUndefined()
      expect(await saysOf(settingsOf(stopped))).toBe('The server does not run: nothing listens at http://127.0.0.1:1.')
      const stranger = await startStranger()
      expect(await saysOf({ ...env, PORT: new URL(stranger).port })).toBe(`Another program listens at ${stranger}.`)
      expect(await saysOf(settingsOf(stopped, { PORT: env['PORT'] ?? '' }))).toContain('is another installation')
      const database = new Sqlite(join(server.dataFolder, 'helvino.db'))
      database.pragma('user_version = 99')
      await expect.poll(() => saysOf(env), { timeout: 10_000, interval: 1_000 }).toContain('runs and is not ready')
      database.close()
    },
  )

  it('[DR10] names a Node that is too old', async () => {
    for (const nodeVersion of ['20.19.0', '22.12.0'])
      expect(await complaints(settingsOf(stopped), { nodeVersion })).toMatch(
        /^node: Node is 2.+, at least 22\.13 is needed\.$/,
      )
    for (const nodeVersion of ['22.13.0', '24.1.0'])
      expect(await complaints(settingsOf(stopped), { nodeVersion })).toBe('')
  })

  it('[DR11] names an installation without an organisation or an administrator', async () => {
    const dataFolder = copied()
    changed(dataFolder, "UPDATE agent_memberships SET role = 'agent'")
    expect(await complaints(settingsOf(dataFolder))).toBe('people: No organisation has an administrator.')
    changed(dataFolder, 'UPDATE orgs SET enabled = 0')
    expect(await complaints(settingsOf(dataFolder))).toBe('people: There is no organisation that is switched on.')
  })

  it(
    '[DR13] reports as JSON and as text, ends with 1 where something is wrong, and shows no secret',
    { timeout: 90_000 },
    async () => {
      const secret = Buffer.from('correct horse battery staple, and more').toString('base64url')
      const env = {
        ...settingsOf(stopped, { ORG_TOKEN_SECRETS: `k:${secret}` }),
        ...{ DATABASE_URL: 'postgres://helvino:the-password@127.0.0.1:1/helvino', METRICS_KEY: 'm'.repeat(40) },
      }
      const json = await runCommand(['doctor', '--json'], { env })
      expect([json.code, (JSON.parse(json.stdout) as { readonly ok: boolean }).ok]).toEqual([1, false])
      const text = await runCommand(['doctor'], { env })
      expect([text.code, text.stdout]).toEqual([
        1,
        expect.stringMatching(/^WRONG database .+\n {22}Start the database/m),
      ])
      const keys = readFileSync(join(stopped, 'keys.json'), 'utf8').match(/[\w-]{43}/g) ?? []
      expect(keys).toHaveLength(2)
      for (const hidden of [secret, 'the-password', 'm'.repeat(40), ...keys])
        for (const { stdout, stderr } of [json, text]) expect(stdout + stderr).not.toContain(hidden)
      const misconfigured = await runCommand(['doctor', '--json'], { env: { PORT: 'eighty' } })
      expect([
        misconfigured.code,
        wrongOf((JSON.parse(misconfigured.stdout) as { findings: Finding[] }).findings),
      ]).toEqual([1, ['settings']])
    },
  )
})

describe('doctor, on PostgreSQL', () => {
  const nameOf = (url: string) => new URL(url).pathname.slice(1)
  const fresh = async () => {
    const url = await postgres.createDatabase()
    const server = await start({ env: { DATABASE_URL: url, HELVINO_DEMO: 'off' } })
    await server.kill('SIGTERM')
    return { url, env: settingsOf(server.dataFolder, { DATABASE_URL: url }) }
  }

  it(
    '[DR12] names a database that cannot be reached, does not take the password, is too old, is not durable, or has another time',
    { timeout: 60_000 },
    async () => {
      const { url, env } = await fresh()
      expect(await complaints(env)).toBe('')
      const unreachable = await look({ ...env, DATABASE_URL: 'postgres://helvino@127.0.0.1:1/helvino' })
      expect(wrongOf(unreachable)).toEqual(['database', 'server'])

      const later: Clock = { ...systemClock, nowMs: () => systemClock.nowMs() + 90_000 }
      expect(await complaints(env, { clock: later })).toMatch(/^clock: .+ the database are (?:89|90) s apart\.$/)

      await postgres.run(`ALTER DATABASE ${nameOf(url)} SET synchronous_commit = off`)
      expect(await complaints(env)).toMatch(/^durability: .+ synchronous_commit is off and fsync is on\.$/)
      await postgres.run(`ALTER DATABASE ${nameOf(url)} SET synchronous_commit = on`)

      // Found before the real one: an older version is nowhere to be had here.
      await postgres.run(
        `CREATE SCHEMA older; CREATE FUNCTION older.current_setting(name text) RETURNS text LANGUAGE sql AS
        $$ SELECT CASE name WHEN 'server_version_num' THEN '140012' WHEN 'server_version' THEN '14.12' ELSE pg_catalog.current_setting(name) END $$`,
        url,
      )
      await postgres.run(`ALTER DATABASE ${nameOf(url)} SET search_path = older, pg_catalog, public`)
      expect(await complaints(env)).toContain('database: The database is PostgreSQL 14.12, at least 15 is needed.')
      await postgres.run(`ALTER DATABASE ${nameOf(url)} RESET search_path`)

      await postgres.run("CREATE ROLE guarded LOGIN PASSWORD 'right'")
      const [{ path } = { path: '' }] = await postgres.run<{ path: string }>(
        "SELECT current_setting('hba_file') AS path",
      )
      const rules = 'host all guarded 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust'
      await postgres.run(
        `COPY (SELECT unnest(string_to_array('${rules}', chr(10)))) TO '${path}'; SELECT pg_reload_conf()`,
      )
      const guarded = url.replace('helvino@', 'guarded:wrong-password@')
      await expect.poll(() => complaints({ ...env, DATABASE_URL: guarded })).toContain('password authentication failed')
      const [refused] = (await look({ ...env, DATABASE_URL: guarded })).filter(({ check }) => check === 'database')
      expect(refused?.remedy).toContain('Correct user and password')
      expect(JSON.stringify(refused)).not.toContain('wrong-password')
    },
  )
})
