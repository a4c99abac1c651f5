import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { movedTables } from '../src/migrate-data/moved-tables.ts'
import { dataFormat } from '../src/store/sqlite/migrations.ts'
import { call, fetchToken, logIn, openVisitor, postText, type Visitor } from './api-client.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { runCommand, startCommand } from './run-command.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'
import { testFolder } from './test-folder.ts'

const servers: SpawnedServer[] = []
let postgres: PostgresServer

async function start(options: Parameters<typeof spawnServer>[0] = {}): Promise<SpawnedServer> {
  const server = await spawnServer(options)
  servers.push(server)
  return server
}

type Env = Readonly<Record<string, string>>
const kinds = ['SQLite', 'PostgreSQL'] as const
const envOf = async (kind: (typeof kinds)[number]): Promise<Env> =>
  kind === 'SQLite' ? {} : { DATABASE_URL: await postgres.createDatabase() }
const inFolder = (dataFolder: string, env: Env = {}) => ({ env: { HELVINO_DATA_DIR: dataFolder, ...env } })

beforeAll(async () => {
  buildServer()
  postgres = await startPostgres()
})
afterAll(async () => {
  for (const server of servers) await server.remove()
  await postgres.remove()
})

/** Visitors who write without a pause until they are asked to stop; `acknowledged` grows with each answer. */
function keepWriting(url: string, visitors: readonly Visitor[]) {
  const acknowledged = visitors.map((): string[] => [])
  let isStopped = false
  const writing = visitors.map(async (visitor, who) => {
    for (let n = 1; !isStopped; n += 1) {
      const content = `${who}: ${n} \u2028 ünï`
      const { status } = await postText(url, visitor, content, { clientMessageId: `c${n}` })
      if (status === 201) acknowledged[who]?.push(content)
    }
  })
  return {
    acknowledged,
    async stop() {
      isStopped = true
      await Promise.all(writing)
    },
  }
}

async function readMessages(url: string, visitor: Visitor) {
  const read: { readonly content: string; readonly sequence: number }[] = []
  for (;;) {
    const after = read.at(-1)?.sequence ?? 0
    const { body } = await call(`${url}/conversations/${visitor.conversationId}/messages?after=${after}`, {
      headers: visitor.headers,
    })
    const page = body['messages'] as typeof read
    if (page.length === 0) return read
    read.push(...page)
  }
}

/** All rows of a SQLite installation, by table. */
function rowsIn(dataFolder: string): unknown {
  const database = new Sqlite(join(dataFolder, 'helvino.db'), { readonly: true })
  const rows = movedTables.map(({ name, key }) => [
    name,
    database.prepare(`SELECT * FROM "${name}" ORDER BY ${key.map((column) => `"${column}"`).join()}`).all(),
  ])
  database.close()
  return Object.fromEntries(rows)
}

/** An installation that has stopped, with somebody in each of its tables that a person fills. */
async function smallInstallation(): Promise<{ readonly dataFolder: string; readonly file: string }> {
  const server = await start()
  const visitor = await openVisitor(server.url)
  for (const content of ['one', 'two\nlines', '\u{1F600}']) await postText(server.url, visitor, content)
  const agent = await logIn(server.url, server.admin)
  const note = { content: 'a note', clientNoteId: 'n1' }
  await call(`${server.url}/api/agent/conversations/${visitor.conversationId}/notes`, {
    headers: agent.headers,
    body: note,
  })
  await server.kill('SIGTERM')
  const file = join(server.dataFolder, 'backup')
  expect(await runCommand(['backup', file], inFolder(server.dataFolder))).toMatchObject({ code: 0, stderr: '' })
  return { dataFolder: server.dataFolder, file }
}

describe('backup', () => {
  it.each(kinds)(
    '[BK1] of a server that writes all the time holds one moment of %s: all that was acknowledged before, without gaps, and its keys',
    { timeout: 120_000 },
    async (kind) => {
      const env = await envOf(kind)
      const before = await start({ env })
      const visitors = await Promise.all(Array.from({ length: 6 }, () => openVisitor(before.url)))
      const load = keepWriting(before.url, visitors)
      await expect.poll(() => load.acknowledged.flat().length, { timeout: 30_000 }).toBeGreaterThan(600)
      const promised = load.acknowledged.map((contents) => [...contents])
      const file = join(before.dataFolder, 'backup')
      const made = await runCommand(['backup', file], inFolder(before.dataFolder, env))
      expect(made).toMatchObject({ code: 0, stderr: '' })
      const during = load.acknowledged.flat().length - promised.flat().length
      await load.stop()
      console.log(`${kind}: ${promised.flat().length} messages before the backup, ${during} while it was made`)
      expect(during).toBeGreaterThan(0)
      await before.kill('SIGTERM')

      const dataFolder = join(before.dataFolder, 'restored')
      const newEnv = await envOf(kind)
      const restored = await runCommand(['restore', file], inFolder(dataFolder, newEnv))
      expect(restored).toMatchObject({ code: 0, stderr: '' })
      const after = await start({ dataFolder, env: newEnv })
      expect(after.admin).toBeUndefined()
      for (const [who, visitor] of visitors.entries()) {
        // The token is one from before.
        const read = await readMessages(after.url, visitor)
        expect(read.map(({ sequence }) => sequence)).toEqual(read.map((_, index) => index + 1))
        expect(read.map(({ content }) => content).slice(0, promised[who]?.length)).toEqual(promised[who])
        expect((await postText(after.url, visitor, 'on')).body['sequence']).toBe(read.length + 1)
        expect(await fetchToken(after.url, visitor.secret)).not.toBe('')
      }
      expect((await logIn(after.url, before.admin)).token).not.toBe('')
      if (kind === 'SQLite') {
        const database = new Sqlite(join(dataFolder, 'helvino.db'), { readonly: true })
        expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
        expect(database.pragma('foreign_key_check')).toEqual([])
        database.close()
      }
    },
  )

  it(
    '[BK2] refuses what is no backup, is damaged or newer, in one sentence, and changes nothing',
    { timeout: 120_000 },
    async () => {
      const { file } = await smallInstallation()
      const good = readFileSync(file)
      const text = gunzipSync(good).toString()
      const bad: Record<string, Buffer> = {
        'is none': Buffer.from('hello'),
        'is empty': Buffer.alloc(0),
        'is cut': good.subarray(0, good.length - 40),
        'has another bit': Buffer.from(good.map((byte, index) => (index === 600 ? byte ^ 4 : byte))),
        'has another word': gzipSync(text.replace('two\\nlines', 'two\\nwords')),
        'lacks a row': gzipSync(text.replace(/\n\[[^\n]*two[^\n]*\]/, '')),
        'lacks its end': gzipSync(text.split('\n').slice(0, -2).join('\n') + '\n'),
        'has something behind it': gzipSync(`${text}[]\n`),
        'is of a newer program': gzipSync(text.replace('"helvinoBackup":1', '"helvinoBackup":2')),
        'has newer data': gzipSync(text.replace(/"format":\d+/, '"format":99')),
      }
      const path = join(testFolder(), 'bad')
      for (const [what, bytes] of Object.entries(bad)) {
        expect([what, bytes.equals(good)]).toEqual([what, false])
        writeFileSync(path, bytes)
        const dataFolder = join(testFolder(), 'data')
        const { code, stderr } = await runCommand(['restore', path], inFolder(dataFolder))
        expect([what, code, stderr]).toEqual([what, 1, expect.stringMatching(/^[A-Z][^\n]+\.\n$/)])
        expect(stderr).not.toContain('could not')
        expect([what, existsSync(dataFolder) ? readdirSync(dataFolder) : []]).toEqual([what, []])
      }
    },
  )

  it(
    '[BK3] is for its owner alone, overwrites nothing, and is put back into nothing that holds anything',
    { timeout: 120_000 },
    async () => {
      const { dataFolder, file } = await smallInstallation()
      expect(statSync(file).mode & 0o777).toBe(0o600)
      const again = await runCommand(['backup', file], inFolder(dataFolder))
      expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('already') as string])
      const before = [rowsIn(dataFolder), readFileSync(join(dataFolder, 'keys.json'), 'utf8')]
      const onto = await runCommand(['restore', file], inFolder(dataFolder))
      expect([onto.code, onto.stderr]).toEqual([1, expect.stringContaining('already') as string])
      expect([rowsIn(dataFolder), readFileSync(join(dataFolder, 'keys.json'), 'utf8')]).toEqual(before)
      const env = await envOf('PostgreSQL')
      expect((await runCommand(['restore', file], inFolder(join(dataFolder, 'a'), env))).code).toBe(0)
      const full = await runCommand(['restore', file], inFolder(join(dataFolder, 'b'), env))
      expect([full.code, full.stderr]).toEqual([1, expect.stringContaining('already holds data') as string])
      // Other keys in the folder are those of another installation.
      const other = await start()
      await other.kill('SIGTERM')
      mkdirSync(join(dataFolder, 'c'))
      writeFileSync(join(dataFolder, 'c', 'keys.json'), readFileSync(join(other.dataFolder, 'keys.json')), {
        mode: 0o600,
      })
      const foreign = await runCommand(['restore', file], inFolder(join(dataFolder, 'c')))
      expect([foreign.code, foreign.stderr]).toEqual([1, expect.stringContaining('other keys') as string])
      expect(readdirSync(join(dataFolder, 'c'))).toEqual(['keys.json'])
      // Of a database that was moved away, but not what SQLite had laid beside it: it would come back over the restored one.
      mkdirSync(join(dataFolder, 'e'))
      writeFileSync(join(dataFolder, 'e', 'helvino.db-wal'), 'the old data')
      const beside = await runCommand(['restore', file], inFolder(join(dataFolder, 'e')))
      expect([beside.code, beside.stderr]).toEqual([1, expect.stringContaining('helvino.db-wal already') as string])
      expect(readdirSync(join(dataFolder, 'e'))).toEqual(['helvino.db-wal'])
      // Nor is a backup made with other keys than the database's: its visitors would come back as strangers.
      const original = readFileSync(join(dataFolder, 'keys.json'))
      writeFileSync(join(dataFolder, 'keys.json'), readFileSync(join(other.dataFolder, 'keys.json')))
      const mixed = await runCommand(['backup', join(dataFolder, 'f')], inFolder(dataFolder))
      writeFileSync(join(dataFolder, 'keys.json'), original)
      expect([mixed.code, mixed.stderr]).toEqual([1, expect.stringContaining('with other keys') as string])
      expect(existsSync(join(dataFolder, 'f'))).toBe(false)
      const unnamed = await runCommand(['backup', join(dataFolder, 'd')], inFolder(testFolder()))
      expect([unnamed.code, unnamed.stderr]).toEqual([1, expect.stringContaining('no key file') as string])
    },
  )

  it(
    '[BK4] goes from one kind of database to the other and back without a difference',
    { timeout: 120_000 },
    async () => {
      const { dataFolder, file } = await smallInstallation()
      const env = await envOf('PostgreSQL')
      expect((await runCommand(['restore', file], inFolder(join(dataFolder, 'a'), env))).code).toBe(0)
      const second = join(dataFolder, 'second')
      expect((await runCommand(['backup', second], inFolder(join(dataFolder, 'a'), env))).code).toBe(0)
      expect((await runCommand(['restore', second], inFolder(join(dataFolder, 'b')))).code).toBe(0)
      expect(rowsIn(join(dataFolder, 'b'))).toEqual(rowsIn(dataFolder))
      const keys = (folder: string) => readFileSync(join(folder, 'keys.json'), 'utf8')
      expect(keys(join(dataFolder, 'b'))).toBe(keys(dataFolder))
    },
  )

  it('[BK5] of data of an older version is brought to this one', { timeout: 120_000 }, async () => {
    const { dataFolder } = await smallInstallation()
    const database = new Sqlite(join(dataFolder, 'helvino.db'))
    database.exec('DROP TABLE notes; DROP TABLE replies; DROP TABLE seen_origins; DROP TABLE visitor_profiles')
    database.exec('DROP INDEX conversations_by_assignee; ALTER TABLE conversations DROP COLUMN assignee_id')
    database.exec('ALTER TABLE conversations DROP COLUMN visitor_read_sequence')
    database.pragma('user_version = 2')
    database.close()
    const file = join(dataFolder, 'older')
    expect((await runCommand(['backup', file], inFolder(dataFolder))).code).toBe(0)
    const restored = join(dataFolder, 'restored')
    expect(await runCommand(['restore', file], inFolder(restored))).toMatchObject({ code: 0, stderr: '' })
    const reading = new Sqlite(join(restored, 'helvino.db'), { readonly: true })
    expect(reading.pragma('user_version', { simple: true })).toBe(dataFormat)
    expect(reading.prepare('SELECT count(*) FROM messages').pluck().get()).toBe(3)
    // What the step in between makes of the data, and not only of the tables.
    expect(reading.prepare('SELECT visitor_read_sequence FROM conversations').pluck().all()).toEqual([3])
    reading.close()
    const crossed = await runCommand(['restore', file], inFolder(testFolder(), await envOf('PostgreSQL')))
    expect([crossed.code, crossed.stderr]).toEqual([1, expect.stringContaining('older version') as string])
  })

  it.each(kinds)('[BK6] whose restore into %s is killed can be put back again', { timeout: 120_000 }, async (kind) => {
    const { dataFolder, file } = await smallInstallation()
    const text = gunzipSync(readFileSync(file)).toString()
    expect(text).toContain('"table":"messages"')
    const env = await envOf(kind)
    const folder = join(dataFolder, 'restored')
    const { child, ended } = startCommand(['restore', file], inFolder(folder, env))
    // As late as it gets without being done: what it prepares lies in the folder by then.
    const seen = () => existsSync(folder) && readdirSync(folder).some((name) => name.startsWith('keys-restoring'))
    while (!seen() && child.exitCode === null) await new Promise((resolve) => setImmediate(resolve))
    child.kill('SIGKILL')
    expect((await ended).code).toBeNull()
    expect(existsSync(join(folder, 'helvino.db'))).toBe(false)
    expect(await runCommand(['restore', file], inFolder(folder, env))).toMatchObject({ code: 0, stderr: '' })
    const after = await start({ dataFolder: folder, env })
    expect(after.admin).toBeUndefined()
  })
})
