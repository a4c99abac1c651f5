import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, fetchToken, logIn, openVisitor, postText } from './api-client.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

const servers: SpawnedServer[] = []
let postgres: PostgresServer

async function start(options: Parameters<typeof spawnServer>[0]): Promise<SpawnedServer> {
  const server = await spawnServer(options)
  servers.push(server)
  return server
}

beforeAll(async () => {
  buildServer()
  postgres = await startPostgres()
})
afterAll(async () => {
  for (const server of servers) await server.remove()
  await postgres.remove()
})

const messagesOf = async (server: SpawnedServer, headers: Readonly<Record<string, string>>, id: string) => {
  const { body } = await call(`${server.url}/api/agent/conversations/${id}/messages?after=0`, { headers })
  return body['messages'] as { readonly content: string; readonly sequence: number }[]
}

describe('a server on PostgreSQL', () => {
  it('[PGS18] keeps everything there and nothing but its keys in the data folder', async () => {
    const url = await postgres.createDatabase()
    const first = await start({ env: { DATABASE_URL: url } })
    const visitor = await openVisitor(first.url)
    expect((await postText(first.url, visitor, 'hello')).status).toBe(201)
    expect(existsSync(join(first.dataFolder, 'helvino.db'))).toBe(false)
    await first.kill('SIGTERM')
    const second = await start({ env: { DATABASE_URL: url }, dataFolder: first.dataFolder })
    const agent = await logIn(second.url, first.admin)
    expect(await messagesOf(second, agent.headers, visitor.conversationId)).toMatchObject([
      { content: 'hello', sequence: 1 },
    ])
    expect((await postText(second.url, visitor, 'hello again')).status).toBe(201)
  })

  it('[PGS19] answers 503 with Retry-After while the database is away, outlives that, and serves within 5 s of its return', async () => {
    const server = await start({ env: { DATABASE_URL: await postgres.createDatabase() } })
    const visitor = await openVisitor(server.url)
    const agent = await logIn(server.url, server.admin)
    const readyStatus = async () => (await call(`${server.url}/readyz`)).status
    await postgres.stop('SIGKILL')
    // Its processes outlive it for a moment.
    await expect.poll(readyStatus, { interval: 100 }).toBe(503)
    const answers = await Promise.all([
      postText(server.url, visitor, 'while it is away', { clientMessageId: 'k1' }),
      call(`${server.url}/api/bootloader`, { headers: visitor.headers }),
      call(`${server.url}/conversations`, { headers: visitor.headers }),
      call(`${server.url}/api/agent/login`, { body: { ...server.admin } }),
      call(`${server.url}/api/agent/logout`, { method: 'POST', headers: { cookie: agent.cookie } }),
      call(`${server.url}/api/agent/conversations`, { headers: agent.headers }),
      call(`${server.url}/readyz`),
    ])
    for (const { status, headers, body } of answers) {
      expect([status, body['code']]).toEqual([503, 'unavailable'])
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    }
    expect((await call(`${server.url}/healthz`)).status).toBe(200)
    await postgres.start()
    const backAtMs = performance.now()
    await expect.poll(readyStatus, { timeout: 5_000, interval: 100 }).toBe(200)
    expect((await postText(server.url, visitor, 'while it is away', { clientMessageId: 'k1' })).status).toBe(201)
    expect(performance.now() - backAtMs).toBeLessThan(5_000)
    expect(await messagesOf(server, agent.headers, visitor.conversationId)).toHaveLength(1)
    expect(server.log()).toContain('"event":"database-failing"')
  })

  it('[PGS20] of two that start at once on an empty database one makes the administrator, and both serve', async () => {
    const env = { DATABASE_URL: await postgres.createDatabase() }
    const dataFolder = mkdtempSync(join(tmpdir(), 'helvino-test-'))
    const both = await Promise.all([start({ env, dataFolder }), start({ env, dataFolder })])
    const admins = both.flatMap(({ admin }) => (admin ? [admin] : []))
    expect(admins).toHaveLength(1)
    const [one, other] = both
    const visitor = await openVisitor(one.url)
    // The second server knows the visitor by the same keys, and the agent by the same login.
    expect(await fetchToken(other.url, visitor.secret)).not.toBe('')
    for (const [index, { url }] of [one, other, one, other].entries())
      expect((await postText(url, visitor, `m${index}`)).status).toBe(201)
    for (const server of both) {
      const { headers } = await logIn(server.url, admins[0])
      const messages = await messagesOf(server, headers, visitor.conversationId)
      expect(messages.map(({ content, sequence }) => [content, sequence])).toEqual(
        [0, 1, 2, 3].map((n) => [`m${n}`, n + 1]),
      )
    }
    for (const server of both) await server.kill('SIGTERM')
    rmSync(dataFolder, { recursive: true, force: true })
  })

  it('[PGS21] ends with one plain sentence where the database cannot be used, and never says its password', async () => {
    const url = new URL(await postgres.createDatabase())
    url.password = 'hunter2'
    url.port = '1'
    const failure = await spawnServer({ env: { DATABASE_URL: url.href } }).catch((error: unknown) => String(error))
    expect(failure).toContain('the server ended with 1')
    expect(failure).toMatch(/^The database of DATABASE_URL cannot be used: .+\.$/m)
    expect(failure).not.toContain('hunter2')
    expect(failure).not.toMatch(/\n\s+at /)
  })
})
