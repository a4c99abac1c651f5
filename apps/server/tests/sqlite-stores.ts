import { join } from 'node:path'
import { SimClock, SimRandom } from '@helvino/testkit'
import { onTestFinished } from 'vitest'
import { type OpenSqlite, openSqlite, waitBriefly } from '../src/store/sqlite/open-sqlite.ts'
import type { CountedStore } from '../src/store/create-store.ts'
import { createSqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import { testFolder } from './test-folder.ts'

/** A database in a folder of its own. */
export function openTestSqlite(path = join(testFolder(), 'helvino.db')): OpenSqlite {
  const opening = openSqlite(path)
  if (opening.kind !== 'ok') throw new Error(opening.message)
  const { database } = opening.sqlite
  onTestFinished(() => {
    database.close()
  })
  waitBriefly(database)
  return opening.sqlite
}

/** What a store needs beside its database. */
export const storeParts = (clock = new SimClock()) => ({
  random: new SimRandom('store'),
  clock,
  onDiskFailure: (error: unknown) => {
    throw new Error('the disk failed', { cause: error })
  },
})

/** The real store on a database of its own. */
export const openTestStore = (): CountedStore => createSqliteStore({ ...openTestSqlite(), ...storeParts() })
