import type { Inspection } from '../inspected-database.ts'
import { dataFormat } from './migrations.ts'

const connectMs = 5_000
const statementMs = 30_000
const rowsAtOnce = 2_000

function failureOf(error: unknown): Exclude<Inspection, { readonly kind: 'inspected' }> {
  const first: unknown = error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error
  const code = first instanceof Error && 'code' in first ? String(first.code) : ''
  const why = first instanceof Error ? first.message : String(first)
  const message = `The database of DATABASE_URL cannot be used: ${why}.`
  // "invalid_catalog_name" (PostgreSQL manual, Appendix A).
  return code === '3D000' ? { kind: 'missing', message } : { kind: 'failed', code, message }
}

/** Looks at the database that `url` names, beside servers that may run on it. */
export async function inspectPostgres(url: string): Promise<Inspection> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({
    connectionString: url,
    application_name: 'helvino looks',
    connectionTimeoutMillis: connectMs,
    query_timeout: statementMs,
    types: {
      getTypeParser: (oid, format) =>
        // All of ours are counts and instants, far below 2^53.
        oid === pg.types.builtins.INT8 ? Number : (pg.types.getTypeParser(oid, format) as (text: string) => unknown),
    },
  })
  // That it is gone is said by the next query.
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('SET default_transaction_read_only = on')
    const table = await client.query("SELECT 1 WHERE to_regclass('data_format') IS NOT NULL")
    const { rows } =
      table.rows.length > 0
        ? await client.query<{ readonly format: number }>('SELECT format FROM data_format')
        : { rows: [] }
    return {
      kind: 'inspected',
      database: {
        dialect: 'postgres',
        format: rows[0]?.format ?? 0,
        newestFormat: dataFormat,
        ask: async <Row extends object>(sql: string) => (await client.query<Row>(sql)).rows,
        async beginSnapshot() {
          await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
        },
        async *read(sql) {
          await client.query(`DECLARE looked CURSOR FOR ${sql}`)
          for (;;) {
            const { rows } = await client.query<Record<string, unknown>>(`FETCH ${rowsAtOnce} FROM looked`)
            yield* rows
            if (rows.length < rowsAtOnce) break
          }
          await client.query('CLOSE looked')
        },
        close: () => client.end(),
      },
    }
  } catch (error) {
    await client.end().catch(() => undefined)
    return failureOf(error)
  }
}
