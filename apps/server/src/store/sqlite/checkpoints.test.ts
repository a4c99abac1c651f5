import { existsSync, readFileSync, statSync, unlinkSync } from 'node:fs'
import { SimClock } from '@helvino/testkit'
import Sqlite from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openTestSqlite, storeParts } from '../../../tests/sqlite-stores.ts'
import { startCheckpoints } from './checkpoints.ts'
import { createSqliteStore } from './sqlite-store.ts'

const write = (database: Sqlite.Database, text: string) => {
  database.exec('CREATE TABLE IF NOT EXISTS said (text TEXT)')
  database.prepare('INSERT INTO said VALUES (?)').run(text)
}
const pagesOf = (database: Sqlite.Database) => database.pragma('wal_autocheckpoint', { simple: true })

describe('the log of the database', () => {
  it('[CP1] is moved into the file beside the connection that writes, until that is to be closed', async () => {
    const { database } = openTestSqlite()
    const stop = startCheckpoints(database)
    write(database, 'in the file at last')
    expect(readFileSync(database.name).includes('in the file at last')).toBe(false)
    await expect.poll(() => readFileSync(database.name).includes('in the file at last'), { timeout: 8_000 }).toBe(true)
    expect(pagesOf(database)).toBe(8_000)
    await stop()
    expect(pagesOf(database)).toBe(1_000)
    // Nobody else has it open any more: the last one leaves no log.
    database.close()
    expect(existsSync(`${database.name}-wal`)).toBe(false)
  })

  it('[CP2] is moved by commits where no thread can be had, and that is said', async () => {
    const { database } = openTestSqlite()
    write(database, 'before')
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
    unlinkSync(database.name)
    const stop = startCheckpoints(database)
    expect((await warned).message).toContain('The log of the database is moved by commits')
    await stop()
    expect(pagesOf(database)).toBe(1_000)
  })

  it('[CP3] is emptied once whoever reads it is done, and is left for the next time where that lasts', async () => {
    const clock = new SimClock()
    const sqlite = openTestSqlite()
    const store = createSqliteStore({ ...sqlite, ...storeParts(clock) })
    const { database } = sqlite
    const reader = new Sqlite(database.name)
    onTestFinished(() => {
      reader.close()
    })
    const logBytes = () => statSync(`${database.name}-wal`).size
    write(database, 'before')
    reader.exec('BEGIN')
    reader.prepare('SELECT * FROM said').all()
    write(database, 'after')
    const scrubbed = store.scrub()
    await clock.advance(500)
    expect(logBytes()).toBeGreaterThan(0)
    reader.exec('COMMIT')
    await clock.advance(20)
    await scrubbed
    expect(logBytes()).toBe(0)

    reader.exec('BEGIN')
    reader.prepare('SELECT * FROM said').all()
    write(database, 'again')
    const left = store.scrub()
    await clock.advance(2_000)
    await left
    expect(logBytes()).toBeGreaterThan(0)
  })
})
