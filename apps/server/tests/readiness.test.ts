import { connect } from 'node:net'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from './api-client.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

const servers: SpawnedServer[] = []
let postgres: PostgresServer

async function start(env: Readonly<Record<string, string>> = {}): Promise<SpawnedServer> {
  const server = await spawnServer({ env })
  servers.push(server)
  return server
}

beforeAll(async () => {
  buildServer()
  postgres = await startPostgres()
}, 60_000)
afterAll(async () => {
  for (const server of servers) await server.remove()
  await postgres.remove()
})

const within = { timeout: 20_000, interval: 300 }

/** The status of `/readyz`, or why there was none. */
const readiness = async ({ url }: SpawnedServer): Promise<number | string> =>
  call(`${url}/readyz`).then(
    ({ status, headers }) =>
      status === 503 && headers.get('retry-after') === null ? '503 without Retry-After' : status,
    () => 'no answer',
  )

describe('readiness', () => {
  it('[OP7] is gone while another process has brought the data to a newer format, on SQLite', async () => {
    const server = await start()
    expect(await readiness(server)).toBe(200)
    const database = new Sqlite(join(server.dataFolder, 'helvino.db'))
    const format = Number(database.pragma('user_version', { simple: true }))
    database.pragma(`user_version = ${format + 1}`)
    await expect.poll(() => readiness(server), within).toBe(503)
    expect((await call(`${server.url}/healthz`)).status).toBe(200)
    database.pragma(`user_version = ${format}`)
    await expect.poll(() => readiness(server), within).toBe(200)
    database.close()
  })

  it(
    '[OP7] is gone while the database is, and while its data is of a newer format, on PostgreSQL',
    { timeout: 120_000 },
    async () => {
      const url = await postgres.createDatabase()
      const server = await start({ DATABASE_URL: url })
      expect(await readiness(server)).toBe(200)
      await postgres.run('UPDATE data_format SET format = format + 1', url)
      await expect.poll(() => readiness(server), within).toBe(503)
      await postgres.run('UPDATE data_format SET format = format - 1', url)
      await expect.poll(() => readiness(server), within).toBe(200)
      await postgres.stop('SIGINT')
      await expect.poll(() => readiness(server), within).toBe(503)
      expect((await call(`${server.url}/healthz`)).status).toBe(200)
      await postgres.start()
      await expect.poll(() => readiness(server), within).toBe(200)
    },
  )

  it('[OP8] is never there once the server was asked to stop, though it still finishes what runs', async () => {
    const server = await start()
    const { hostname, port } = new URL(server.url)
    const running = connect(Number(port), hostname)
    let answer = ''
    running.setEncoding('utf8').on('data', (text: string) => (answer += text))
    const body = '{"email":"a","password":"b"}'
    await new Promise<void>((resolve) => {
      running.write(
        `POST /api/agent/login HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
        () => resolve(),
      )
    })
    await call(`${server.url}/healthz`)
    const ended = server.kill('SIGTERM')
    const seen = new Set<number | string>()
    await expect
      .poll(
        async () => {
          seen.add(await readiness(server))
          return [...seen]
        },
        { timeout: 5_000, interval: 20 },
      )
      .toContain('no answer')
    running.write(body.slice(5))
    expect(await ended).toBe(0)
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /)
    // Asked in the same moment as the signal was sent it may still have been ready.
    expect([...seen].filter((each) => each !== 'no answer' && each !== 503).length).toBeLessThanOrEqual(1)
  })
})
