import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commands } from '../src/command-line/commands.ts'
import { parseCommandLine } from '../src/command-line/parse-command-line.ts'
import { dataFormat } from '../src/store/sqlite/migrations.ts'
import { addAgent } from './add-agent.ts'
import { call, fetchToken, logIn, openVisitor, postText } from './api-client.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { runCommand } from './run-command.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'
import { testFolder } from './test-folder.ts'

const servers: SpawnedServer[] = []
let postgres: PostgresServer

async function start(options: Parameters<typeof spawnServer>[0] = {}): Promise<SpawnedServer> {
  const server = await spawnServer(options)
  servers.push(server)
  return server
}

const inFolder = (dataFolder: string, more: Readonly<Record<string, string>> = {}) => ({
  env: { HELVINO_DATA_DIR: dataFolder, ...more },
})

/** One sentence on one line, and no trace of the program's inside. */
const oneSentence = /^[A-Z][^\n]+\.\n$/
const kidOf = (token: string): unknown =>
  (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { readonly kid?: string }).kid

beforeAll(async () => {
  buildServer()
  postgres = await startPostgres()
})
afterAll(async () => {
  for (const server of servers) await server.remove()
  await postgres.remove()
})

describe('the command line', () => {
  it('[OP1] lists its commands, explains each, and ends with 2 where it is not used rightly', async () => {
    const list = await runCommand(['--help'])
    expect(list).toMatchObject({ code: 0, stderr: '' })
    for (const { name, operands, options } of commands) {
      expect(list.stdout).toContain(`  ${name} `)
      const help = parseCommandLine(commands, [name, '--help'])
      const text = help.kind === 'help' ? help.lines.join('\n') : ''
      for (const word of [...operands, ...Object.keys(options), 'Ends with 0', '1 where', '2 where'])
        expect(text).toContain(word)
    }
    for (const args of [['nonsense'], ['start', '--nonsense'], ['create-admin'], ['migrate', 'a-secret']]) {
      const misused = parseCommandLine(commands, args)
      expect(misused).toEqual({ kind: 'misused', message: expect.stringMatching(/^[A-Z]\P{Cc}+$/u) as string })
      expect(JSON.stringify(misused)).not.toContain('a-secret')
    }
    const { code, stdout, stderr } = await runCommand(['start', '--nonsense'], inFolder(testFolder()))
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^[A-Z].+\n$/)
  })

  it('[OP2] says in one plain sentence why it could not, and ends with 1', async () => {
    const file = join(testFolder(), 'file')
    writeFileSync(file, 'no folder')
    const nowhere = { DATABASE_URL: 'postgres://helvino:the-password@127.0.0.1:1/helvino' }
    const tried = [
      runCommand(['migrate'], inFolder(file)),
      runCommand(['migrate'], inFolder(testFolder(), nowhere)),
      runCommand(['create-admin', 'ida@shop.example'], inFolder(testFolder())),
      runCommand(['create-admin', 'no address'], inFolder(testFolder())),
      runCommand(['rotate-keys'], inFolder(testFolder())),
      runCommand(['migrate'], { env: { PORT: 'eighty' } }),
    ]
    for (const { code, stdout, stderr } of await Promise.all(tried)) {
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr).toMatch(oneSentence)
      expect(stderr).not.toContain('the-password')
    }
  })

  it.each(['SQLite', 'PostgreSQL'])('[OP3] migrates %s without serving, and says from where to where', async (kind) => {
    const where = inFolder(testFolder(), kind === 'SQLite' ? {} : { DATABASE_URL: await postgres.createDatabase() })
    const said = [await runCommand(['migrate'], where), await runCommand(['migrate'], where)]
    expect(said.map(({ code, stderr }) => [code, stderr])).toEqual([
      [0, ''],
      [0, ''],
    ])
    expect(said.map(({ stdout }) => stdout).join('')).toMatch(/^Made an empty.+\nNothing to do.+\n$/)
  })

  it('[OP3] brings older data to this version, and leaves newer data alone', async () => {
    const where = inFolder(testFolder())
    await runCommand(['migrate'], where)
    const database = new Sqlite(join(where.env.HELVINO_DATA_DIR, 'helvino.db'))
    database.exec('DROP TABLE notes; DROP TABLE replies; DROP TABLE seen_origins')
    database.exec('DROP INDEX conversations_by_assignee; ALTER TABLE conversations DROP COLUMN assignee_id')
    database.pragma('user_version = 3')
    expect((await runCommand(['migrate'], where)).stdout).toContain(`from format 3 to format ${dataFormat}`)
    database.pragma('user_version = 99')
    const newer = await runCommand(['migrate'], where)
    expect([newer.code, newer.stderr]).toEqual([1, expect.stringMatching(oneSentence)])
    expect(newer.stderr).toContain('written by a newer Helvino')
    database.close()
  })

  it('[OP4] rotates the signing key of a running server, which goes on admitting what the key before has signed', async () => {
    const server = await start()
    const visitor = await openVisitor(server.url)
    const { code, stdout } = await runCommand(['rotate-keys'], inFolder(server.dataFolder))
    expect(code).toBe(0)
    const kid = /^The key (\S+) signs/.exec(stdout)?.[1]
    await expect.poll(async () => kidOf(await fetchToken(server.url, visitor.secret)), { timeout: 5_000 }).toBe(kid)
    expect(kidOf(visitor.token)).not.toBe(kid)
    expect((await postText(server.url, visitor, 'with the token from before')).status).toBe(201)
    const file = readFileSync(join(server.dataFolder, 'keys.json'), 'utf8')
    const secrets = [...file.matchAll(/"(?:secret|visitorKey)": "([\w-]+)"/g)].map(([, secret]) => secret)
    expect(secrets).toHaveLength(3)
    for (const secret of secrets) expect(stdout).not.toContain(secret)
    const pinned = {
      ORG_TOKEN_SECRETS: `pinned:${Buffer.from(Array.from({ length: 32 }, (_, n) => n * 7)).toString('base64url')}`,
    }
    expect((await runCommand(['rotate-keys'], inFolder(server.dataFolder, pinned))).stderr).toMatch(oneSentence)
    expect(readFileSync(join(server.dataFolder, 'keys.json'), 'utf8')).toBe(file)
  })

  it.each(['SQLite', 'PostgreSQL'])(
    '[OP11] serves a database on %s with the keys that it was served with before, until others are adopted',
    { timeout: 90_000 },
    async (kind) => {
      const env = kind === 'SQLite' ? {} : { DATABASE_URL: await postgres.createDatabase() }
      const first = await start({ env })
      const visitor = await openVisitor(first.url)
      await first.kill('SIGTERM')
      const path = join(first.dataFolder, 'keys.json')
      const keys = readFileSync(path)
      const folder = inFolder(first.dataFolder, { ...env, PORT: '0' })
      rmSync(path)
      const missing = await runCommand(['start'], folder)
      expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining(`There is no key file ${path}`)])
      expect(existsSync(path)).toBe(false)
      const foreign = {
        ...(JSON.parse(keys.toString()) as object),
        visitorKey: Buffer.alloc(32, 5).toString('base64url'),
      }
      writeFileSync(path, JSON.stringify(foreign), { mode: 0o600 })
      const other = await runCommand(['start'], folder)
      expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('served with other keys than those in')])
      writeFileSync(path, keys)
      const again = await start({ env, dataFolder: first.dataFolder })
      expect((await postText(again.url, visitor, 'still the same')).status).toBe(201)
      await again.kill('SIGTERM')
      rmSync(path)
      expect(await runCommand(['adopt-keys'], folder)).toMatchObject({ code: 0, stderr: '' })
      const adopted = await start({ env, dataFolder: first.dataFolder })
      expect((await postText(adopted.url, visitor, 'somebody new')).status).toBe(401)
    },
  )

  it.each(['SQLite', 'PostgreSQL'])(
    '[OP5] makes an owner beside a running server on %s, who can log in',
    { timeout: 90_000 },
    async (kind) => {
      const env: Readonly<Record<string, string>> =
        kind === 'SQLite' ? {} : { DATABASE_URL: await postgres.createDatabase() }
      const server = await start({ env })
      const where = inFolder(server.dataFolder, env)
      const made = await runCommand(['create-admin', 'Ida@shop.example'], where)
      expect(made).toMatchObject({ code: 0, stderr: '' })
      const password = /^Password \(shown this once\): (\S+)$/m.exec(made.stdout)?.[1] ?? ''
      const agent = await logIn(server.url, { email: 'ida@shop.example', password })
      const team = await call(`${server.url}/api/agent/team`, { headers: agent.headers })
      expect(JSON.stringify(team.body['members'])).toMatch(/ida@shop\.example","role":"owner|"role":"admin".+ida@shop/)
      // Again, with a password of one's own: the old one and the session end.
      const own = await runCommand(['create-admin', '--password-stdin', 'ida@shop.example'], {
        ...where,
        input: 'a password of my own\n',
      })
      expect([own.code, own.stdout]).toEqual([0, expect.not.stringContaining('my own') as string])
      expect((await call(`${server.url}/api/agent/session`, { headers: { cookie: agent.cookie } })).status).toBe(401)
      expect((await logIn(server.url, { email: 'ida@shop.example', password })).token).toBe('')
      const login = { email: 'ida@shop.example', password: 'a password of my own' }
      expect((await logIn(server.url, login)).token).not.toBe('')
      const short = await runCommand(['create-admin', '--password-stdin', 'ida@shop.example'], { ...where, input: 'x' })
      expect([short.code, short.stderr]).toEqual([1, expect.stringMatching(oneSentence)])
      const common = await runCommand(['create-admin', '--password-stdin', 'ida@shop.example'], {
        ...where,
        input: 'qwerty123456\n',
      })
      expect([common.code, common.stderr]).toEqual([1, expect.stringContaining('too easily guessed') as string])
    },
  )

  it('[OP12] gives a member a new password and leaves them what they are, unless an owner is asked for', async () => {
    const server = await start()
    const { email } = await addAgent(server, 'Bo')
    const where = inFolder(server.dataFolder)
    const roleAfter = async (...args: string[]) => {
      const { stdout } = await runCommand(['create-admin', ...args, email], where)
      const password = /^Password \(shown this once\): (\S+)$/m.exec(stdout)?.[1] ?? ''
      const login = await call(`${server.url}/api/agent/login`, { body: { email, password } })
      return [/ is (.+) of the organisation/.exec(stdout)?.[1], (login.body['user'] as { role: string }).role]
    }
    expect(await roleAfter()).toEqual(['an agent', 'agent'])
    expect(await roleAfter('--owner')).toEqual(['an owner', 'owner'])
    expect(await roleAfter()).toEqual(['an owner', 'owner'])
  })

  it('[OP6] makes the first organisation for an administrator who is made before the first start, which then shows no password', async () => {
    const dataFolder = testFolder()
    const env = { HELVINO_DEMO: 'off' }
    await runCommand(['migrate'], inFolder(dataFolder, env))
    const { stdout } = await runCommand(['create-admin', 'ida@shop.example'], inFolder(dataFolder, env))
    const [, key = '', password = ''] = /organisation (key_\S+)\.\n.+: (\S+)/.exec(stdout) ?? []
    const server = await start({ dataFolder, env })
    expect(server.admin).toBeUndefined()
    expect((await logIn(server.url, { email: 'ida@shop.example', password })).token).not.toBe('')
    expect((await call(`${server.url}/api/bootloader`, { headers: { 'x-org-key': key } })).status).toBe(200)
  })
})
