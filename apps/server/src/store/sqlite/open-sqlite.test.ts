import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openTestSqlite } from '../../../tests/sqlite-stores.ts'
import { testFolder } from '../../../tests/test-folder.ts'
import { dataFormat } from './migrations.ts'
import { openSqlite, type SqliteOpening, waitBriefly } from './open-sqlite.ts'

const problemOf = (opening: SqliteOpening) => (opening.kind === 'invalid' ? opening.message : '')

describe('SQLite file', () => {
  it('[SQL1] is written ahead and synced at every commit, and checks references', () => {
    const { database } = openTestSqlite()
    const read = (name: string) => database.pragma(name, { simple: true })
    expect([read('journal_mode'), read('synchronous'), read('foreign_keys')]).toEqual(['wal', 2, 1])
  })

  it('[SQL6] waits 5 s for a lock while it starts, and at most 25 ms while it serves', () => {
    const opening = openSqlite(join(testFolder(), 'helvino.db'))
    if (opening.kind !== 'ok') throw new Error(opening.message)
    const { database } = opening.sqlite
    const waitMs = () => Number(database.pragma('busy_timeout', { simple: true }))
    expect(waitMs()).toBe(5_000)
    waitBriefly(database)
    expect(waitMs()).toBeLessThanOrEqual(25)
    database.close()
  })

  it('[SQL2] does not open where it cannot be written durably', () => {
    expect(problemOf(openSqlite(':memory:'))).toContain('journal_mode is memory')
  })

  it('[SQL3] makes its folder, carries the data format, and opens again as it is', () => {
    const path = join(testFolder(), 'new', 'helvino.db')
    expect(openTestSqlite(path).database.pragma('user_version', { simple: true })).toBe(dataFormat)
    const again = openTestSqlite(path).database
    expect(again.pragma('user_version', { simple: true })).toBe(dataFormat)
    expect(again.pragma('integrity_check', { simple: true })).toBe('ok')
  })

  it('[SQL4] does not open data of a newer format, and leaves it alone', () => {
    const path = join(testFolder(), 'helvino.db')
    openTestSqlite(path).database.pragma('user_version = 99')
    expect(openSqlite(path)).toEqual({
      kind: 'invalid',
      message: `The data in ${path} has format 99 and was written by a newer Helvino; this version reads up to format ${String(dataFormat)}. Start the newer version again, or restore an older copy.`,
    })
  })

  it('[SQL5] says in one sentence that a file is no database or a folder cannot be made', () => {
    const folder = testFolder()
    const path = join(folder, 'helvino.db')
    writeFileSync(path, 'not a database at all, but long enough to be taken for one'.repeat(20))
    expect(problemOf(openSqlite(path))).toContain('cannot be read')
    expect(problemOf(openSqlite(join(path, 'below', 'x.db')))).toContain('cannot be opened')
  })
})
