import Sqlite, { type Database } from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { type AgentTables, migrateAgentTables } from '../auth/agent-tables.ts'
import { dataFormat, migrate } from '../store/sqlite/migrations.ts'
import { MoveError } from './move-error.ts'
import { leftTables, type MovedTable, movedTables } from './moved-tables.ts'

export type Row = Readonly<Record<string, unknown>>

/** An installation's file, to nobody else's knowledge or change until it is closed. */
export interface SqliteSource {
  countOf(table: MovedTable): number
  /** By the key, read as they are asked for: one table at a time. */
  rowsOf(table: MovedTable): Iterable<Row>
  close(): void
}

/** How long another process is waited for, in ms: a server has the file open as long as it runs. */
const waitMs = 1_000

function lock(database: Database, path: string): void {
  database.pragma('locking_mode = EXCLUSIVE')
  try {
    database.exec('BEGIN EXCLUSIVE; COMMIT')
  } catch (error) {
    if (error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY'))
      throw new MoveError(`Another process has ${path} open: stop the server first`)
    throw error
  }
}

/** Brought to this version's format first, so that both databases have the same columns. */
async function prepare(database: Database, path: string): Promise<void> {
  const migration = migrate(database)
  if (migration.kind === 'too-new')
    throw new MoveError(
      `The data in ${path} has format ${migration.format} and was written by a newer Helvino; this version reads up to format ${dataFormat}`,
    )
  await migrateAgentTables(new Kysely<AgentTables>({ dialect: new SqliteDialect({ database }) }), 'sqlite')
  const known = new Set([...movedTables.map(({ name }) => name), ...leftTables])
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
  const unknown = (tables.pluck().all() as string[]).filter((name) => !known.has(name))
  if (unknown.length > 0) throw new MoveError(`${path} has tables that are not known here: ${unknown.join(', ')}`)
}

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ')

export async function openSqliteSource(path: string): Promise<SqliteSource> {
  let database: Database
  try {
    database = new Sqlite(path, { fileMustExist: true, timeout: waitMs })
  } catch (error) {
    throw new MoveError(`There is no database ${path} to move (${String(error)})`)
  }
  try {
    lock(database, path)
    await prepare(database, path)
  } catch (error) {
    database.close()
    throw error
  }
  return {
    countOf: ({ name }) => database.prepare(`SELECT count(*) FROM "${name}"`).pluck().get() as number,
    rowsOf: ({ name, key }) =>
      database.prepare(`SELECT * FROM "${name}" ORDER BY ${quoted(key)}`).iterate() as IterableIterator<Row>,
    close() {
      database.close()
    },
  }
}
