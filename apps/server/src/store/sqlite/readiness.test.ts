import { SimClock } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { openTestSqlite, storeParts } from '../../../tests/sqlite-stores.ts'
import { createSqliteStore } from './sqlite-store.ts'

describe('readiness', () => {
  it('[SQL7] is not ready while the disk takes no write though it reads, and ready again when it does', async () => {
    const clock = new SimClock()
    const sqlite = openTestSqlite()
    const store = createSqliteStore({ ...sqlite, ...storeParts(clock), onDiskFailure: () => undefined })
    sqlite.database.pragma('query_only = on')
    expect(await store.isReady()).toBe(false)
    sqlite.database.pragma('query_only = off')
    await clock.advance(1_000)
    expect(await store.isReady()).toBe(true)
  })

  it('[SQL8] tries one write in a second, however often it is asked', async () => {
    const clock = new SimClock()
    const store = createSqliteStore({ ...openTestSqlite(), ...storeParts(clock) })
    const before = store.writesCommitted()
    const answers = await Promise.all(Array.from({ length: 100 }, () => store.isReady()))
    await clock.advance(999)
    expect(new Set([...answers, await store.isReady()])).toEqual(new Set([true]))
    expect(store.writesCommitted() - before).toBe(1)
    await clock.advance(1)
    await store.isReady()
    expect(store.writesCommitted() - before).toBe(2)
  })

  it('[SQL7] never rejects, whatever is wrong with the database', async () => {
    const sqlite = openTestSqlite()
    const store = createSqliteStore({ ...sqlite, ...storeParts() })
    sqlite.database.exec('DROP TABLE heartbeat')
    expect(await store.isReady()).toBe(false)
  })
})
