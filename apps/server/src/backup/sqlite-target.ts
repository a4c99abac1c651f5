import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { type AgentTables, migrateAgentTables } from '../auth/agent-tables.ts'
import { movedTables } from '../migrate-data/moved-tables.ts'
import { migrate } from '../store/sqlite/migrations.ts'
import { BackupError } from './backup-error.ts'
import type { BackupHead, BackupPart, RowCounts } from './backup-lines.ts'
import type { RestoreTarget } from './restore-target.ts'

const quoted = (name: string): string => `"${name}"`

function insertInto(database: Database, name: string, columns: readonly string[]) {
  const known = new Set(
    (database.pragma(`table_info(${quoted(name)})`) as readonly { readonly name: string }[]).map((each) => each.name),
  )
  const isOurs = movedTables.some((table) => table.name === name)
  const unknown = isOurs ? columns.find((column) => !known.has(column)) : ''
  if (unknown !== undefined)
    throw new BackupError(`The backup has a table ${name} with a column ${unknown || 'or two'} that is not known here`)
  const places = columns.map(() => '?').join(', ')
  return database.prepare(`INSERT INTO ${quoted(name)} (${columns.map(quoted).join(', ')}) VALUES (${places})`)
}

async function insertAll(
  database: Database,
  parts: AsyncGenerator<BackupPart, RowCounts, undefined>,
): Promise<RowCounts> {
  let insert: ReturnType<typeof insertInto> | undefined
  for (;;) {
    const next = await parts.next()
    if (next.done) return next.value
    const part = next.value
    if (part.kind === 'table') insert = insertInto(database, part.name, part.columns)
    if (part.kind === 'row') insert?.run(...part.values)
  }
}

async function fillFile(
  database: Database,
  parts: AsyncGenerator<BackupPart, RowCounts, undefined>,
  { dialect, format }: BackupHead,
): Promise<RowCounts> {
  database.pragma('synchronous = FULL')
  database.pragma('foreign_keys = ON')
  migrate(database, dialect === 'sqlite' ? format : undefined)
  await migrateAgentTables(new Kysely<AgentTables>({ dialect: new SqliteDialect({ database }) }), 'sqlite')
  database.exec('BEGIN IMMEDIATE')
  const counts = await insertAll(database, parts)
  database.exec('COMMIT')
  migrate(database)
  const integrity = database.pragma('integrity_check', { simple: true })
  if (integrity !== 'ok') throw new BackupError(`What was written is not what is read back: ${String(integrity)}`)
  return counts
}

/** A file that does not exist yet, and does not until all of it is there. */
export function sqliteTarget(path: string): RestoreTarget {
  const refuseWhatIsThere = () => {
    // What SQLite lays beside a database belongs to that one alone: it would bring the old data back over the restored.
    const there = ['', '-wal', '-shm', '-journal'].map((suffix) => `${path}${suffix}`).find((file) => existsSync(file))
    if (there === undefined) return
    throw new BackupError(`There is a database ${there} already: only an empty data folder is filled`)
  }
  refuseWhatIsThere()
  return {
    place: path,
    async fill(parts, head, beforeKept) {
      const partial = `${path}.restoring`
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      // Of a restore that was killed.
      for (const suffix of ['', '-journal']) rmSync(`${partial}${suffix}`, { force: true })
      const database = new Sqlite(partial)
      try {
        const counts = await fillFile(database, parts, head)
        database.close()
        beforeKept()
        refuseWhatIsThere()
        renameSync(partial, path)
        return counts
      } finally {
        database.close()
        rmSync(partial, { force: true })
      }
    },
  }
}
