import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestPostgres, openTestPostgresStore } from '../../../tests/postgres-databases.ts'
import { type PostgresServer, startPostgres } from '../../../tests/postgres-server.ts'
import { orgLike } from '../contract-suite.ts'
import { dataFormat } from './migrations.ts'
import { openPostgresDatabase } from './postgres-database.ts'

let server: PostgresServer

beforeAll(async () => {
  server = await startPostgres()
}, 60_000)
afterAll(() => server.remove())

async function problemOf(url: string): Promise<string> {
  const opening = await openPostgresDatabase(url)
  if (opening.kind === 'failed') return opening.message
  await opening.database.close()
  return ''
}

const nameOf = (url: string) => new URL(url).pathname.slice(1)

describe('PostgreSQL database', () => {
  it.each(['off', 'local', 'remote_write'])('[PGS1] does not open where synchronous_commit is %s', async (value) => {
    const url = await server.createDatabase()
    await server.run(`ALTER DATABASE ${nameOf(url)} SET synchronous_commit = ${value}`)
    expect(await problemOf(url)).toBe(
      `The database of DATABASE_URL cannot be used: the database cannot be written durably: synchronous_commit is ${value} and fsync is on, on is needed for both.`,
    )
    await server.run(`ALTER DATABASE ${nameOf(url)} SET synchronous_commit = on`)
    expect(await problemOf(url)).toBe('')
  })

  it('[PGS1] does not open where fsync is off, and neither do later connections', async () => {
    const url = await server.createDatabase()
    const failures: unknown[] = []
    const store = await openTestPostgresStore(url, failures)
    await server.run('ALTER SYSTEM SET fsync = off')
    await server.run('SELECT pg_reload_conf()')
    try {
      await expect.poll(() => problemOf(url)).toContain('synchronous_commit is on and fsync is off')
      expect(await store.putOrg(orgLike('a'))).toEqual({ kind: 'unavailable', reason: 'failing' })
      expect(failures.map(String)).toEqual([expect.stringContaining('fsync is off')])
    } finally {
      await server.run('ALTER SYSTEM RESET fsync')
      await server.run('SELECT pg_reload_conf()')
    }
  })

  it('[PGS2] keeps waiting for the disk when that is turned off beneath it', async () => {
    const url = await server.createDatabase()
    const database = await openTestPostgres(url)
    const read = async () => {
      const query = database.kysely.selectNoFrom(({ fn, val }) =>
        fn<string>('current_setting', [val('synchronous_commit')]).as('on'),
      )
      return (await query.executeTakeFirstOrThrow()).on
    }
    expect(await read()).toBe('on')
    await server.run('ALTER SYSTEM SET synchronous_commit = off')
    await server.run('SELECT pg_reload_conf()')
    const other = new pg.Client({ connectionString: url })
    await other.connect()
    try {
      await expect
        .poll(async () => (await other.query<object>('SHOW synchronous_commit')).rows)
        .toEqual([{ synchronous_commit: 'off' }])
      expect(await read()).toBe('on')
    } finally {
      await other.end()
      await server.run('ALTER SYSTEM RESET synchronous_commit')
      await server.run('SELECT pg_reload_conf()')
    }
  })

  it('[PGS3] carries the data format, opens again as it is, and does not open data of a newer format', async () => {
    const url = await server.createDatabase()
    for (let start = 1; start <= 2; start += 1) expect(await problemOf(url)).toBe('')
    expect(await server.run('SELECT format FROM data_format', url)).toEqual([{ format: dataFormat }])
    await server.run('UPDATE data_format SET format = 99', url)
    expect(await problemOf(url)).toContain(
      `its data has format 99 and was written by a newer Helvino, this version reads up to format ${dataFormat}`,
    )
    expect(await server.run('SELECT format FROM data_format', url)).toEqual([{ format: 99 }])
  })

  it('[PGS4] says in one sentence that it cannot be reached or used, and does not repeat the password', async () => {
    const url = new URL(await server.createDatabase())
    url.password = 'hunter2'
    const gone = new URL(url)
    gone.port = '1'
    const unknown = new URL(url)
    unknown.pathname = '/nothing'
    await server.run(`CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0`)
    const latin = new URL(url)
    latin.pathname = '/latin'
    const problems = [await problemOf(gone.href), await problemOf(unknown.href), await problemOf(latin.href)]
    expect(problems).toEqual([
      expect.stringContaining('ECONNREFUSED'),
      expect.stringContaining('"nothing" does not exist'),
      expect.stringContaining('the database is encoded as LATIN1, UTF8 is needed'),
    ])
    for (const problem of problems) {
      expect(problem).toMatch(/^The database of DATABASE_URL cannot be used: .+\.$/)
      expect(problem).not.toContain('hunter2')
    }
  })

  it('[PGS5] lets one server at a time start: the next waits until the start before it is over', async () => {
    const url = await server.createDatabase()
    const first = await openPostgresDatabase(url)
    if (first.kind !== 'opened') throw new Error(first.message)
    let isSecondOpen = false
    const second = openPostgresDatabase(url).then((opening) => {
      isSecondOpen = true
      return opening
    })
    await expect
      .poll(() => server.run("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted", url))
      .toHaveLength(1)
    expect(isSecondOpen).toBe(false)
    await first.database.endStart()
    const opening = await second
    expect(opening.kind).toBe('opened')
    if (opening.kind === 'opened') await opening.database.close()
    await first.database.close()
  })
})
