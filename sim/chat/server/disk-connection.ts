import type { Database, Statement } from 'better-sqlite3'
import type { SimDisk } from './sim-disk.ts'

/** Thrown into a process at the step at which it is killed: nothing that it does afterwards has any effect. */
export class Killed extends Error {
  override readonly name = 'Killed'
}

export interface ConnectionTerms {
  readonly disk: SimDisk
  /** Called before each statement, with its text; may throw what the database answers instead. */
  readonly before: (sql: string) => void
  /** Called after each statement that was run. */
  readonly after: (sql: string) => void
}

/** A process's connection to the world's database, as the server's own code takes it: it sees every statement and may fail it. */
export function openConnection({ disk, before, after }: ConnectionTerms): Database {
  const run = <Result>(sql: string, work: () => Result): Result => {
    before(sql)
    const result = work()
    after(sql)
    return result
  }
  const connection = {
    get inTransaction() {
      return disk.isInTransaction
    },
    prepare(sql: string): Pick<Statement, 'reader' | 'all' | 'run'> {
      const statement = disk.prepare(sql)
      return {
        reader: statement.reader,
        all: (...values) => run(sql, () => statement.all(...values)),
        run: (...values) => run(sql, () => statement.run(...values)),
      }
    },
  }
  // Only what the server's store asks of a database.
  return connection as unknown as Database
}
