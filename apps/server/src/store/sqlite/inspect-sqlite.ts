import { existsSync } from 'node:fs'
import Sqlite, { type Database } from 'better-sqlite3'
import type { Inspection } from '../inspected-database.ts'
import { dataFormat } from './migrations.ts'

const waitMs = 5_000

/** Looks at the file, beside a server that may run on it. */
export function inspectSqlite(path: string): Inspection {
  if (!existsSync(path)) return { kind: 'missing', message: `There is no database ${path}.` }
  let database: Database | undefined
  try {
    const opened = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: waitMs })
    database = opened
    return {
      kind: 'inspected',
      database: {
        dialect: 'sqlite',
        format: Number(opened.pragma('user_version', { simple: true })),
        newestFormat: dataFormat,
        ask: async <Row extends object>(sql: string) => opened.prepare<[], Row>(sql).all(),
        async beginSnapshot() {
          opened.exec('BEGIN')
          // The moment is that of the first read.
          opened.prepare('SELECT count(*) FROM sqlite_master').get()
        },
        async *read(sql) {
          yield* opened.prepare<[], Record<string, unknown>>(sql).iterate()
        },
        async close() {
          opened.close()
        },
      },
    }
  } catch (error) {
    database?.close()
    const code = error instanceof Sqlite.SqliteError ? error.code : ''
    return { kind: 'failed', code, message: `The database ${path} cannot be read: ${String(error)}.` }
  }
}
