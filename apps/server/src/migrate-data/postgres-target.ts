import { type Kysely, sql, type Transaction } from 'kysely'
import { MoveError } from './move-error.ts'
import { type MovedTable, movedTables } from './moved-tables.ts'
import type { Row } from './sqlite-source.ts'

/** Any table of them: what its columns are is asked of the database itself. */
export type AnyTables = Record<string, Record<string, unknown>>

/** By column: the type, as `information_schema` calls it. */
export type ColumnTypes = ReadonlyMap<string, string>

/** Rows that are read at once. */
const pageRows = 2_000

export async function refuseData(database: Kysely<AnyTables>): Promise<void> {
  for (const { name } of movedTables) {
    const row = await database
      .selectFrom(name)
      .select(sql<number>`1`.as('one'))
      .limit(1)
      .executeTakeFirst()
    if (row)
      throw new MoveError(
        `The database of DATABASE_URL already holds data (in the table ${name}): only an empty one is filled`,
      )
  }
}

export async function columnTypesOf(database: Kysely<AnyTables>, { name }: MovedTable): Promise<ColumnTypes> {
  const { rows } = await sql<{ readonly column: string; readonly type: string }>`
    SELECT column_name AS column, data_type AS type FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = ${name}`.execute(database)
  return new Map(rows.map(({ column, type }) => [column, type]))
}

/** As the columns of the target want it: SQLite has neither instants nor flags. */
export function toTarget(row: Row, types: ColumnTypes, { name }: MovedTable): Row {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => {
      const type = types.get(column)
      if (type === undefined)
        throw new MoveError(`The column ${column} of ${name} has no place in the database of DATABASE_URL`)
      if (value === null) return [column, null]
      if (type === 'boolean') return [column, value === 1]
      if (type === 'timestamp with time zone') return [column, new Date(value as string | number)]
      return [column, value]
    }),
  )
}

/** By the key, in the order of SQLite. */
export async function* rowsOfTarget(
  transaction: Transaction<AnyTables>,
  { name, key }: MovedTable,
  types: ColumnTypes,
): AsyncIterable<Row> {
  const order = key.map((column) =>
    types.get(column) === 'text' ? sql`${sql.ref(column)} COLLATE "C"` : sql.ref(column),
  )
  await sql`DECLARE moved CURSOR FOR SELECT * FROM ${sql.table(name)} ORDER BY ${sql.join(order)}`.execute(transaction)
  for (;;) {
    const { rows } = await sql<Row>`FETCH ${sql.lit(pageRows)} FROM moved`.execute(transaction)
    yield* rows
    if (rows.length < pageRows) break
  }
  await sql`CLOSE moved`.execute(transaction)
}
