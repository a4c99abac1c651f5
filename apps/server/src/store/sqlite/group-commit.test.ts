import Sqlite from 'better-sqlite3'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { openTestSqlite } from '../../../tests/sqlite-stores.ts'
import { testFolder } from '../../../tests/test-folder.ts'
import { createGroupCommit, type GroupCommit } from './group-commit.ts'

describe('group commit', () => {
  let path: string
  let database: Sqlite.Database
  let writer: GroupCommit

  beforeEach(() => {
    path = join(testFolder(), 'helvino.db')
    database = openTestSqlite(path).database
    database.exec('CREATE TABLE notes (text TEXT NOT NULL)')
    writer = createGroupCommit(database)
  })

  const insert = (text: string | null) => () => {
    database.prepare('INSERT INTO notes VALUES (?)').run(text)
    return text
  }
  const notes = () => database.prepare('SELECT text FROM notes ORDER BY rowid').pluck().all()

  it('[GRP1] commits what arrives in one turn as one transaction, in order', async () => {
    const texts = Array.from({ length: 100 }, (_, index) => String(index))
    expect(await Promise.all(texts.map((text) => writer.write(insert(text))))).toEqual(texts)
    expect(notes()).toEqual(texts)
    expect([writer.groupsCommitted(), writer.writesCommitted()]).toEqual([1, 100])
  })

  it('[GRP2] answers a write only after its commit: another connection reads it then', async () => {
    const reader = new Sqlite(path, { readonly: true })
    const seen = await Promise.all(
      ['a', 'b'].map((text) =>
        writer.write(insert(text)).then(() => reader.prepare('SELECT count(*) FROM notes').pluck().get()),
      ),
    )
    reader.close()
    expect(seen).toEqual([2, 2])
  })

  it('[GRP3] undoes one failed write as a whole and leaves its neighbours alone', async () => {
    const results = await Promise.allSettled([
      writer.write(insert('before')),
      writer.write(() => {
        insert('half')()
        insert(null)()
      }),
      writer.write(() => {
        insert('half')()
        throw new Error('a bug')
      }),
      writer.write(insert('after')),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect(notes()).toEqual(['before', 'after'])
  })

  it('[GRP4] takes at most 10,000 waiting writes, and commits at most 512 at once', async () => {
    const results = await Promise.all(Array.from({ length: 10_001 }, () => writer.write(() => 'done')))
    expect(results.filter((result) => result === 'done')).toHaveLength(10_000)
    expect(results.at(-1)).toEqual({ kind: 'unavailable', reason: 'queue-full' })
    expect(writer.groupsCommitted()).toBe(Math.ceil(10_000 / 512))
  })

  it('[GRP5] says that the storage is full, keeps the neighbours that fit, and goes on when there is room', async () => {
    const pages = Number(database.pragma('page_count', { simple: true }))
    database.pragma(`max_page_count = ${String(pages + 2)}`)
    const big = 'x'.repeat(100_000)
    const results = await Promise.all([
      writer.write(insert('small')),
      writer.write(insert(big)),
      writer.write(insert('also')),
    ])
    expect(results).toEqual(['small', { kind: 'unavailable', reason: 'storage-full' }, 'also'])
    expect(notes()).toEqual(['small', 'also'])
    database.pragma('max_page_count = 1000000')
    expect(await writer.write(insert(big))).toBe(big)
  })

  it('[GRP6] says busy where another process does not give up its lock, and goes on after it', async () => {
    database.pragma('busy_timeout = 0')
    const other = new Sqlite(path)
    other.exec('BEGIN IMMEDIATE')
    const busy = { kind: 'unavailable', reason: 'busy' }
    expect(await Promise.all([writer.write(insert('a')), writer.write(insert('b'))])).toEqual([busy, busy])
    other.exec('ROLLBACK')
    other.close()
    expect(await writer.write(insert('c'))).toBe('c')
    expect(notes()).toEqual(['c'])
  })

  it('[GRP7] waits while somebody else has a transaction open on the same connection', async () => {
    database.exec('BEGIN')
    insert('theirs')()
    const ours = writer.write(insert('ours'))
    await new Promise((resolve) => setImmediate(resolve))
    database.exec('ROLLBACK')
    expect(await ours).toBe('ours')
    expect(notes()).toEqual(['ours'])
  })

  it('[GRP8] ends its close after the last accepted write, also where nothing waits', async () => {
    const texts = Array.from({ length: 600 }, (_, index) => String(index))
    const accepted = texts.map((text) => writer.write(insert(text)))
    const closed = writer.close()
    expect(await writer.write(insert('late'))).toEqual({ kind: 'unavailable', reason: 'closing' })
    await closed
    expect(notes()).toEqual(texts)
    expect(await Promise.all(accepted)).toEqual(texts)
    await writer.close()
    await createGroupCommit(database).close()
  })

  it('[GRP9] undoes a write that only the commit refuses, and stores its neighbours', async () => {
    database.exec('CREATE TABLE parents (id TEXT PRIMARY KEY)')
    database.exec('CREATE TABLE children (id TEXT REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)')
    const orphan = () => database.prepare('INSERT INTO children VALUES (?)').run('nobody')
    const results = await Promise.allSettled([
      writer.write(insert('a')),
      writer.write(orphan),
      writer.write(insert('b')),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(notes()).toEqual(['a', 'b'])
    expect(await writer.write(insert('next'))).toBe('next')
  })
})
