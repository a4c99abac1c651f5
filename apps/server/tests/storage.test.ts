import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, logIn, openVisitor, postText } from './api-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

let server: SpawnedServer

beforeAll(async () => {
  buildServer()
  server = await spawnServer()
})
afterAll(() => server.remove())

/** Holds the database's write lock from this process, as a backup does, while `work` runs. */
async function whileLocked<Result>(work: () => Promise<Result>): Promise<Result> {
  const other = new Sqlite(join(server.dataFolder, 'helvino.db'))
  other.exec('BEGIN IMMEDIATE')
  try {
    return await work()
  } finally {
    other.exec('ROLLBACK')
    other.close()
  }
}

describe('a database that another process has locked', () => {
  it('[HT32] stores a message that came meanwhile when the lock is given up, and reads go on', async () => {
    const visitor = await openVisitor(server.url)
    const { posted } = await whileLocked(async () => {
      const waiting = postText(server.url, visitor, 'while it is locked')
      const read = await call(`${server.url}/conversations`, { headers: visitor.headers })
      expect(read.status).toBe(200)
      return { posted: waiting }
    })
    expect((await posted).status).toBe(201)
  })

  it('[HT33] answers 503 with Retry-After to a message, a login, a logout and /readyz that it cannot write', async () => {
    const visitor = await openVisitor(server.url)
    const agent = await logIn(server.url, server.admin)
    const cookie = { cookie: agent.cookie }
    const answers = await whileLocked(() =>
      Promise.all([
        postText(server.url, visitor, 'never stored'),
        call(`${server.url}/api/agent/login`, { body: { ...server.admin } }),
        call(`${server.url}/api/agent/logout`, { method: 'POST', headers: cookie }),
        call(`${server.url}/readyz`),
      ]),
    )
    for (const { status, headers, body } of answers) {
      expect([status, body['code']]).toEqual([503, 'unavailable'])
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    }
    // A logout that was refused has not happened.
    expect((await call(`${server.url}/api/agent/session`, { headers: cookie })).status).toBe(200)
  })
})
