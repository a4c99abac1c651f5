import type { Kysely, Transaction } from 'kysely'
import { type AgentTables, migrateAgentTables } from '../auth/agent-tables.ts'
import type { OpenedDatabase } from '../store/opened-database.ts'
import { openPostgresDatabase } from '../store/postgres/postgres-database.ts'
import { checksumsOf, compareChecksums } from './checksums.ts'
import { MoveError } from './move-error.ts'
import { type MovedTable, movedTables } from './moved-tables.ts'
import { type AnyTables, columnTypesOf, refuseData, rowsOfTarget, toTarget } from './postgres-target.ts'
import { openSqliteSource, type Row, type SqliteSource } from './sqlite-source.ts'

export type Move =
  | { readonly kind: 'moved' }
  /** Nothing has changed, in either database. */
  | { readonly kind: 'failed'; readonly message: string }

export interface MoveOptions {
  /** Of the installation's file. */
  readonly path: string
  /** Of an empty PostgreSQL. */
  readonly url: string
  /** Lines for people. */
  readonly out: (line: string) => void
}

/** Rows in one statement: ten parameters each, and PostgreSQL takes 65,535. */
const rowsAtOnce = 1_000

function* pagesOf(rows: Iterable<Row>): Iterable<Row[]> {
  let page: Row[] = []
  for (const row of rows) {
    page.push(row)
    if (page.length < rowsAtOnce) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}

async function copyTable(source: SqliteSource, transaction: Transaction<AnyTables>, table: MovedTable): Promise<void> {
  const types = await columnTypesOf(transaction, table)
  for (const page of pagesOf(source.rowsOf(table)))
    await transaction
      .insertInto(table.name)
      .values(page.map((row) => toTarget(row, types, table)))
      .execute()
}

/** Reads everything back from the target, once it is written, and answers how many groups of rows were found the same. */
async function verifyTable(source: SqliteSource, transaction: Transaction<AnyTables>, table: MovedTable) {
  const types = await columnTypesOf(transaction, table)
  const columns = [...types.keys()]
  function* expected(): Iterable<Row> {
    for (const row of source.rowsOf(table)) yield toTarget(row, types, table)
  }
  const result = await compareChecksums(
    checksumsOf(table, columns, expected()),
    checksumsOf(table, columns, rowsOfTarget(transaction, table, types)),
  )
  if ('differing' in result)
    throw new MoveError(`What was written into ${table.name} ${result.differing} is not what is read back`)
  return result.agreed
}

async function fill(source: SqliteSource, database: Kysely<AnyTables>, out: MoveOptions['out']): Promise<void> {
  // All or nothing: a move that is killed leaves the target as empty as it was.
  await database.transaction().execute(async (transaction) => {
    await refuseData(transaction)
    for (const table of movedTables) {
      out(`  copying ${table.name}: ${source.countOf(table)}`)
      await copyTable(source, transaction, table)
    }
    for (const table of movedTables) {
      const agreed = await verifyTable(source, transaction, table)
      if (table.checkedBy.length > 0) out(`  verified ${table.name} of ${agreed} conversations, read back`)
    }
  })
}

async function moveInto(database: OpenedDatabase, { path, out }: MoveOptions): Promise<Move> {
  await migrateAgentTables(database.kysely.$extendTables<AgentTables>(), 'postgres')
  const source = await openSqliteSource(path)
  try {
    // The tables by any name, since all of them are treated alike.
    await fill(source, database.kysely as unknown as Kysely<AnyTables>, out)
    return { kind: 'moved' }
  } finally {
    source.close()
  }
}

/** Moves an installation from its file to an empty PostgreSQL, and reads all of it back before it counts. No server may run on either. */
export async function moveData(options: MoveOptions): Promise<Move> {
  const opening = await openPostgresDatabase(options.url)
  if (opening.kind === 'failed') return opening
  try {
    return await moveInto(opening.database, options)
  } catch (error) {
    if (error instanceof MoveError) return { kind: 'failed', message: `${error.message}.` }
    throw error
  } finally {
    await opening.database.close()
  }
}
