import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asRecord, asString } from '@helvino/protocol'
import { call, logIn, openVisitor, orgHeaders, postText } from './api-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

const servers: SpawnedServer[] = []

async function start(options: Parameters<typeof spawnServer>[0]): Promise<SpawnedServer> {
  const server = await spawnServer(options)
  servers.push(server)
  return server
}

const printedKey = (server: SpawnedServer): string => /HELVINO_ORG_KEY = "([\w-]+)"/.exec(server.stdout())?.[1] ?? ''

beforeAll(buildServer)
afterAll(async () => {
  for (const server of servers) await server.remove()
})

describe('first start', () => {
  it('[FS1] shows a random administrator’s password once, and never logs it', async () => {
    const first = await start({ env: { LOG_LEVEL: 'trace' } })
    expect(first.admin?.password).toMatch(/^(?:[a-km-np-z2-9]{5}-){3}[a-km-np-z2-9]{5}$/)
    expect(first.log()).not.toContain(first.admin?.password)
    await first.kill('SIGTERM')
    const second = await start({ dataFolder: first.dataFolder })
    expect(second.admin).toBeUndefined()
    expect((await logIn(second.url, first.admin)).token).not.toBe('')
  })

  it('[FS2] makes the administrator again, with another password, where the first start ended before it was shown', async () => {
    const blocker = await start({})
    const { port } = new URL(blocker.url)
    const failed = spawnServer({ env: { PORT: port }, dataFolder: `${blocker.dataFolder}/second` })
    await expect(failed).rejects.toThrow()
    const again = await start({ dataFolder: `${blocker.dataFolder}/second` })
    expect((await logIn(again.url, again.admin)).token).not.toBe('')
  })

  it('[FS8] lands the login in the organisation whose key is printed, however often the first start failed before', async () => {
    const blocker = await start({})
    const { port } = new URL(blocker.url)
    const dataFolder = join(blocker.dataFolder, 'again')
    for (const demo of ['off', 'on', 'off'])
      await expect(spawnServer({ env: { PORT: port, HELVINO_DEMO: demo }, dataFolder })).rejects.toThrow(
        'already listens',
      )
    const server = await start({ env: { HELVINO_DEMO: 'off' }, dataFolder })
    const login = await call(`${server.url}/api/agent/login`, { body: { ...server.admin } })
    expect(asRecord(login.body['org'])?.['key']).toBe(printedKey(server))
    const database = new Sqlite(join(dataFolder, 'helvino.db'), { readonly: true })
    const keys = database.prepare("SELECT key FROM orgs WHERE key <> 'demo'").pluck().all()
    database.close()
    expect(keys).toEqual([printedKey(server)])
  })

  it('[FS9] disables the demo that is switched off, and gives whoever answered for it an organisation of their own', async () => {
    const first = await start({})
    const visitor = await openVisitor(first.url)
    await first.kill('SIGTERM')
    const second = await start({ env: { HELVINO_DEMO: 'off' }, dataFolder: first.dataFolder })
    const refused = await postText(second.url, visitor, 'is this still on?')
    expect(refused.body['code']).toBe('org_disabled')
    const login = await call(`${second.url}/api/agent/login`, { body: { ...first.admin } })
    expect(asRecord(login.body['org'])?.['key']).toBe(printedKey(second))
    const agent = await logIn(second.url, first.admin)
    expect((await call(`${second.url}/api/agent/conversations`, { headers: agent.headers })).status).toBe(200)
    await second.kill('SIGTERM')
    const third = await start({ env: { HELVINO_DEMO: 'on' }, dataFolder: first.dataFolder })
    expect((await postText(third.url, visitor, 'back again')).status).toBe(201)
    expect(third.stdout()).not.toContain('HELVINO_ORG_KEY')
  })

  it('[FS10] keeps every file of the data folder for its owner alone', async () => {
    const server = await start({})
    await openVisitor(server.url)
    const names = readdirSync(server.dataFolder)
    expect(names).toEqual(expect.arrayContaining(['helvino.db', 'helvino.db-wal', 'helvino.db-shm', 'keys.json']))
    for (const name of names) expect([name, statSync(join(server.dataFolder, name)).mode & 0o077]).toEqual([name, 0])
  })

  it('[FS11] ends with one plain sentence for whatever else keeps it from starting', async () => {
    const blocker = await start({})
    const dataFolder = join(blocker.dataFolder, 'odd')
    mkdirSync(dataFolder)
    const database = new Sqlite(join(dataFolder, 'helvino.db'))
    database.exec('CREATE VIEW session AS SELECT 1')
    database.close()
    const failure = await spawnServer({ dataFolder }).catch((error: unknown) => String(error))
    expect(failure).toContain('the server ended with 1')
    expect(failure).toMatch(/^Helvino could not start: .+\.$/m)
    expect(failure).not.toMatch(/\n\s+at /)
  })

  it('[FS3] ends with one plain sentence where the port is taken', async () => {
    const blocker = await start({})
    const { port } = new URL(blocker.url)
    const failure = await spawnServer({ env: { PORT: port } }).catch((error: unknown) => String(error))
    expect(failure).toContain('the server ended with 1')
    expect(failure).toContain(`Another program already listens on 127.0.0.1:${port}`)
    expect(failure).not.toMatch(/\n\s+at /)
  })

  it('[FS4] has the demo organisation with its key and site id while the demo is on', async () => {
    const server = await start({})
    const { body } = await call(`${server.url}/api/bootloader`, { headers: { 'x-site-id': 'site_demo' } })
    expect(body['org']).toMatchObject({ key: 'demo' })
  })

  it('[FS5] makes a first organisation with a random key, and prints its two lines, while the demo is off', async () => {
    const server = await start({ env: { HELVINO_DEMO: 'off' } })
    expect((await call(`${server.url}/api/bootloader`, { headers: orgHeaders })).status).toBe(404)
    const key = printedKey(server)
    expect(key.length).toBeGreaterThan(16)
    expect((await call(`${server.url}/api/bootloader`, { headers: { 'x-org-key': key } })).status).toBe(200)
    expect((await call(`${server.url}/demo`)).status).toBe(404)
  })

  it('[FS6] issues tokens of the configured life', async () => {
    const server = await start({ env: { ORG_TOKEN_LIFETIME_SECONDS: '5' } })
    const { body } = await call(`${server.url}/api/bootloader`, { headers: orgHeaders })
    const payload = asString(body['orgToken'])?.split('.')[1] ?? ''
    const claims = asRecord(JSON.parse(Buffer.from(payload, 'base64url').toString()))
    expect(Number(claims?.['exp']) - Number(claims?.['iat'])).toBe(5)
  })

  it('[FS7] ends with one plain sentence for a setting that is not allowed', async () => {
    const failure = await spawnServer({ env: { PORT: 'eighty' } }).catch((error: unknown) => String(error))
    expect(failure).toContain('PORT must be a whole number')
    expect(failure).not.toMatch(/\n\s+at /)
  })
})
