import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, openVisitor, postText } from './api-client.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { mountSmallDisk } from './small-disk.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

let postgres: PostgresServer
let server: SpawnedServer
let database: string

beforeAll(async () => {
  buildServer()
  postgres = await startPostgres()
  database = await postgres.createDatabase()
  server = await spawnServer({ env: { DATABASE_URL: database } })
})
afterAll(async () => {
  await server.remove()
  await postgres.remove()
})

// Random, since PostgreSQL compresses long texts.
const texts = Array.from({ length: 21 }, (_unused, n) => `${String(n)} ${randomBytes(2_000).toString('hex')}`)

describe('a PostgreSQL whose disk is full', () => {
  it('[FP29] makes the server answer 503 storage_full with Retry-After, reads go on, nothing is half there, and it recovers by itself', async () => {
    const disk = mountSmallDisk(4)
    if (!disk) {
      console.warn('Only root can mount a small disk: FP26 has gone through the same error without one.')
      return
    }
    // PostgreSQL runs as nobody, who must be able to get there.
    chmodSync(dirname(disk.folder), 0o755)
    chownSync(disk.folder, 65_534, 65_534)
    await postgres.run(`CREATE TABLESPACE small LOCATION '${disk.folder}'`)
    await postgres.run('ALTER TABLE messages SET TABLESPACE small', database)
    const visitor = await openVisitor(server.url)
    const post = (n: number) => postText(server.url, visitor, texts[n] ?? '', { clientMessageId: `k${String(n)}` })
    expect((await post(0)).status).toBe(201)
    disk.fill()
    const answers: Awaited<ReturnType<typeof post>>[] = []
    for (let n = 1; n <= 20; n += 1) answers.push(await post(n))
    const refused = answers.filter(({ status }) => status !== 201)
    expect(refused.length).toBeGreaterThan(0)
    for (const { status, body, headers } of refused) {
      expect([status, body['code']]).toEqual([503, 'storage_full'])
      expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(30)
    }
    const stored = async () => {
      const path = `/conversations/${visitor.conversationId}/messages?after=0`
      const { body } = await call(server.url + path, { headers: visitor.headers })
      return (body['messages'] as { content: string; sequence: number }[]).map(({ content, sequence }) => [
        content,
        sequence,
      ])
    }
    const accepted = [0, ...answers.flatMap(({ status }, n) => (status === 201 ? [n + 1] : []))]
    expect(await stored()).toEqual(accepted.map((n, index) => [texts[n], index + 1]))
    disk.makeRoom()
    for (let n = 1; n <= 20; n += 1) expect([200, 201]).toContain((await post(n)).status)
    const late = Array.from({ length: 20 }, (_unused, n) => n + 1).filter((n) => !accepted.includes(n))
    expect(await stored()).toEqual([...accepted, ...late].map((n, index) => [texts[n], index + 1]))
    expect(readdirSync(disk.folder)).not.toEqual([])
  })
})
