import type { Database, Statement } from 'better-sqlite3'
import type { Value } from '../statement.ts'
import type { Work } from '../work.ts'

/** Runs work through, each of its statements prepared once. */
export function createRunWork(database: Database) {
  const prepared = new Map<string, Statement<Value[]>>()

  function statementOf(sql: string): Statement<Value[]> {
    const known = prepared.get(sql)
    if (known) return known
    const statement = database.prepare<Value[]>(sql)
    prepared.set(sql, statement)
    return statement
  }

  function rowsOf(sql: string, values: readonly Value[]): readonly unknown[] {
    const statement = statementOf(sql)
    if (statement.reader) return statement.all(...values)
    statement.run(...values)
    return []
  }

  return function runWork<Result>(work: Work<Result>): Result {
    let step = work.next([])
    while (!step.done) step = work.next(rowsOf(step.value.sql, step.value.values))
    return step.value
  }
}
