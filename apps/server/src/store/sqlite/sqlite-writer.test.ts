import { SimClock } from '@helvino/testkit'
import Sqlite from 'better-sqlite3'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { openTestSqlite } from '../../../tests/sqlite-stores.ts'
import { testFolder } from '../../../tests/test-folder.ts'
import { createSqliteWriter, type SqliteWriter } from './sqlite-writer.ts'

describe('group commit', () => {
  let path: string
  let database: Sqlite.Database
  let writer: SqliteWriter
  let clock: SimClock
  let diskFailures: unknown[]

  beforeEach(() => {
    path = join(testFolder(), 'helvino.db')
    database = openTestSqlite(path).database
    database.exec('CREATE TABLE jottings (text TEXT NOT NULL)')
    clock = new SimClock()
    diskFailures = []
    writer = createSqliteWriter({ database, clock, onDiskFailure: (error) => diskFailures.push(error) })
  })

  const insert = (text: string | null) => () => {
    database.prepare('INSERT INTO jottings VALUES (?)').run(text)
    return text
  }
  const notes = () => database.prepare('SELECT text FROM jottings ORDER BY rowid').pluck().all()

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
        writer.write(insert(text)).then(() => reader.prepare('SELECT count(*) FROM jottings').pluck().get()),
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
    // In one more transaction, not in one for each.
    expect([writer.groupsCommitted(), writer.writesCommitted()]).toEqual([1, 4])
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

  /** A second connection, as another process has it, that holds the lock until it is told to give it up. */
  function holdLock(): () => void {
    const other = new Sqlite(path)
    other.exec('BEGIN IMMEDIATE')
    return () => {
      other.exec('ROLLBACK')
      other.close()
    }
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  const busy = { kind: 'unavailable', reason: 'busy' }

  it('[GRP6] waits for the lock of another process with timers, and then commits everything once and in order', async () => {
    const release = holdLock()
    const texts = Array.from({ length: 600 }, (_, index) => String(index))
    const writes = Promise.all(texts.map((text) => writer.write(insert(text))))
    await turn()
    // The event loop is free: others read, and time goes on.
    expect(notes()).toEqual([])
    await clock.advance(500)
    const later = writer.write(insert('later'))
    release()
    await clock.advance(50)
    expect(await writes).toEqual(texts)
    expect(await later).toBe('later')
    expect(notes()).toEqual([...texts, 'later'])
  })

  it('[GRP10] says busy to a write that has waited 5 s for a lock, and to no younger one', async () => {
    database.pragma('busy_timeout = 0')
    const release = holdLock()
    const old = Promise.all([writer.write(insert('a')), writer.write(insert('b'))])
    await turn()
    await clock.advance(2_000)
    const young = writer.write(insert('c'))
    let isSettled = false
    void old.then(() => (isSettled = true))
    await clock.advance(2_950)
    expect(isSettled).toBe(false)
    await clock.advance(50)
    expect(await old).toEqual([busy, busy])
    release()
    await clock.advance(50)
    expect(await young).toBe('c')
    expect(notes()).toEqual(['c'])
  })

  it('[GRP7] waits while somebody else has a transaction open on the same connection', async () => {
    database.exec('BEGIN')
    insert('theirs')()
    const ours = writer.write(insert('ours'))
    await turn()
    database.exec('ROLLBACK')
    await clock.advance(50)
    expect(await ours).toBe('ours')
    expect(notes()).toEqual(['ours'])
  })

  it('[GRP11] says busy after 5 s where a transaction on the same connection is never ended', async () => {
    database.exec('BEGIN')
    const ours = writer.write(insert('ours'))
    await turn()
    expect(clock.pendingTimers).toBe(1)
    await clock.advance(5_000)
    expect(await ours).toEqual(busy)
    expect(clock.pendingTimers).toBe(0)
  })

  it('[GRP12] says of a disk that refuses to write that it is failing, reports it once, and goes on after it', async () => {
    database.pragma('query_only = on')
    const failing = { kind: 'unavailable', reason: 'failing' }
    expect(await Promise.all([writer.write(insert('a')), writer.write(insert('b'))])).toEqual([failing, failing])
    expect(diskFailures).toHaveLength(1)
    database.pragma('query_only = off')
    expect(await writer.write(insert('c'))).toBe('c')
    expect(notes()).toEqual(['c'])
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
    await createSqliteWriter({ database, clock, onDiskFailure: () => undefined }).close()
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
