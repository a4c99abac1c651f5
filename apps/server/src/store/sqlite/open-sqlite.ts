import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { dataFormat, migrate } from './migrations.ts'
import type { Tables } from '../tables.ts'

/** One connection to one file. Whoever opened it closes `database`; `kysely` needs no closing of its own. */
export interface OpenSqlite {
  readonly database: Database
  readonly kysely: Kysely<Tables>
}

/** For the queries that are built, rather than written. */
export const kyselyOver = (database: Database): Kysely<Tables> =>
  new Kysely({ dialect: new SqliteDialect({ database }) })

export type SqliteOpening =
  { readonly kind: 'ok'; readonly sqlite: OpenSqlite } | { readonly kind: 'invalid'; readonly message: string }

/** How long a statement waits for another process's lock, in ms, before it is `busy`; nothing else runs while it waits. */
const startWaitMs = 5_000
const servingWaitMs = 10
// What SQLite answers for `synchronous = FULL`: the log reaches the disk before a commit returns.
const synchronousFull = 2

function prepareConnection(database: Database, path: string): string | undefined {
  database.pragma(`busy_timeout = ${String(startWaitMs)}`)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.pragma('foreign_keys = ON')
  // What is deleted is overwritten: a copy of the file does not tell it.
  database.pragma('secure_delete = ON')
  // Read back: a build or a file system that takes the setting without keeping it would lose acknowledged messages.
  const journal = database.pragma('journal_mode', { simple: true })
  const synchronous = database.pragma('synchronous', { simple: true })
  if (journal !== 'wal' || synchronous !== synchronousFull)
    return `The database ${path} cannot be written durably: journal_mode is ${String(journal)} and synchronous is ${String(synchronous)}, wal and 2 are needed.`
  const migration = migrate(database)
  if (migration.kind === 'too-new')
    return `The data in ${path} has format ${String(migration.format)} and was written by a newer Helvino; this version reads up to format ${String(dataFormat)}. Start the newer version again, or restore an older copy.`
  return undefined
}

/** From here on others wait for this process: a lock holds it up for a moment only, and the writer waits with timers. */
export function waitBriefly(database: Database): void {
  database.pragma(`busy_timeout = ${String(servingWaitMs)}`)
}

/** Opens and migrates the database; its folder is made, for the owner only, where it is missing. The message of `invalid` is one plain sentence for the operator. */
export function openSqlite(path: string): SqliteOpening {
  let database: Database
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    database = new Sqlite(path)
  } catch (error) {
    return { kind: 'invalid', message: `The database ${path} cannot be opened: ${String(error)}.` }
  }
  try {
    const problem = prepareConnection(database, path)
    if (problem === undefined) return { kind: 'ok', sqlite: { database, kysely: kyselyOver(database) } }
    database.close()
    return { kind: 'invalid', message: problem }
  } catch (error) {
    database.close()
    return { kind: 'invalid', message: `The database ${path} cannot be read: ${String(error)}.` }
  }
}
