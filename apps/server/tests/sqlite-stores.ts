import { join } from 'node:path'
import { SimRandom } from '@helvino/testkit'
import { onTestFinished } from 'vitest'
import { type OpenSqlite, openSqlite } from '../src/store/sqlite/open-sqlite.ts'
import { createSqliteStore, type SqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import { testFolder } from './test-folder.ts'

/** A database in a folder of its own. */
export function openTestSqlite(path = join(testFolder(), 'helvino.db')): OpenSqlite {
  const opening = openSqlite(path)
  if (opening.kind !== 'ok') throw new Error(opening.message)
  const { database } = opening.sqlite
  onTestFinished(() => {
    database.close()
  })
  return opening.sqlite
}

/** The real store on a database of its own. */
export const openTestStore = (): SqliteStore =>
  createSqliteStore({ ...openTestSqlite(), random: new SimRandom('store') })
