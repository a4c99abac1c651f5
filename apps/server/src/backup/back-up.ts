import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '@helvino/runtime'
import { keyFileAt, type StoredKeys } from '../auth/key-file.ts'
import { fingerprintOf } from '../auth/own-keys.ts'
import { leftTables, movedTables } from '../migrate-data/moved-tables.ts'
import { type DatabasePlace, inspectDatabase } from '../open-database.ts'
import type { InspectedDatabase } from '../store/inspected-database.ts'
import { BackupError } from './backup-error.ts'
import { writeBackupFile } from './backup-file.ts'
import type { BackupPart, BackupValue, RowCounts } from './backup-lines.ts'

interface KeyFileText {
  readonly path: string
  readonly keys: StoredKeys
  readonly text: string
}

interface Column {
  readonly table: string
  readonly column: string
}

const columnsSql = {
  sqlite: `SELECT t.name AS "table", c.name AS "column" FROM sqlite_master t, pragma_table_info(t.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid`,
  // Tables alone, and none that an extension brought along.
  postgres: `SELECT c.relname AS "table", a.attname AS "column" FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY c.relname, a.attnum`,
}

// Neither says anything of the installation: the format stands in the head.
const untold: readonly string[] = [...leftTables, 'data_format']

const quoted = (name: string): string => `"${name}"`

/** By the key, in the same order from either database. */
const rowsSql = (name: string, key: readonly string[], dialect: InspectedDatabase['dialect']): string => {
  const order = key.map(quoted).join(', ')
  return `SELECT * FROM ${quoted(name)} ORDER BY ${order}${dialect === 'postgres' && key.length === 1 ? ' COLLATE "C"' : ''}`
}

function valueOf(value: unknown): BackupValue {
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value === null || typeof value === 'string' || typeof value === 'number') return value
  throw new Error('a column holds a value that no backup can hold')
}

async function columnsByTable({ dialect, ask }: InspectedDatabase): Promise<ReadonlyMap<string, string[]>> {
  const tables = new Map<string, string[]>()
  for (const { table, column } of await ask<Column>(columnsSql[dialect]))
    tables.set(table, [...(tables.get(table) ?? []), column])
  const known = new Set([...movedTables.map(({ name }) => name), ...untold])
  const unknown = [...tables.keys()].filter((name) => !known.has(name))
  if (unknown.length > 0)
    throw new BackupError(`The database has tables that are not known here: ${unknown.join(', ')}`)
  return tables
}

/** A backup with the keys of another installation would bring back visitors who find none of their conversations. */
async function refuseForeignKeys({ ask }: InspectedDatabase, { path, keys }: KeyFileText): Promise<void> {
  const [known] = await ask<{ readonly value: string }>("SELECT value FROM installation WHERE name = 'visitor_key'")
  if (known && known.value !== fingerprintOf(keys))
    throw new BackupError(
      `The database was served with other keys than those in ${path}: set HELVINO_DATA_DIR to the server's data folder`,
    )
}

async function* partsOf(database: InspectedDatabase, keys: KeyFileText, takenAt: string): AsyncGenerator<BackupPart> {
  const { dialect, format } = database
  yield { kind: 'head', takenAt, dialect, format }
  yield { kind: 'keys', text: keys.text }
  const tables = await columnsByTable(database)
  if (tables.has('installation')) await refuseForeignKeys(database, keys)
  for (const { name, key } of movedTables) {
    const columns = tables.get(name)
    // Data of an older version has fewer.
    if (!columns) continue
    yield { kind: 'table', name, columns }
    for await (const row of database.read(rowsSql(name, key, dialect)))
      yield { kind: 'row', values: columns.map((column) => valueOf(row[column])) }
  }
}

function readKeys(dataFolder: string): KeyFileText {
  const path = join(dataFolder, 'keys.json')
  const reading = keyFileAt(path).read()
  if (reading.kind === 'missing')
    throw new BackupError(`There is no key file ${path}: set HELVINO_DATA_DIR to the server's data folder`)
  if (reading.kind === 'invalid') throw new BackupError(reading.message.replace(/\.$/, ''))
  return { path, keys: reading.keys, text: readFileSync(path, 'utf8') }
}

export interface BackUpOptions extends DatabasePlace {
  /** Of the backup, which is not there yet. */
  readonly path: string
  readonly clock: Clock
}

/**
 * Writes everything that the installation keeps, as of one moment, and its keys into one file. Servers go on writing meanwhile. Answers how
 * many rows of each table it holds, after it was read back.
 */
export async function backUp({ path, clock, ...place }: BackUpOptions): Promise<RowCounts> {
  const keys = readKeys(place.dataFolder)
  const inspection = await inspectDatabase(place)
  if (inspection.kind !== 'inspected') throw new BackupError(inspection.message.replace(/\.$/, ''))
  const { database } = inspection
  try {
    if (database.format === 0) throw new BackupError('The database is empty: there is nothing to back up')
    if (database.format > database.newestFormat)
      throw new BackupError('The data was written by a newer Helvino: back it up with that version')
    await database.beginSnapshot()
    return await writeBackupFile(path, partsOf(database, keys, new Date(clock.nowMs()).toISOString()))
  } finally {
    await database.close()
  }
}
