import type { Database, Statement } from 'better-sqlite3'
import type { Value } from '../statement.ts'
import { type Answer, noAnswer, type Work } from '../work.ts'

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

  function answerOf(sql: string, values: readonly Value[]): Answer {
    const statement = statementOf(sql)
    if (statement.reader) return { rows: statement.all(...values), written: 0 }
    return { rows: [], written: statement.run(...values).changes }
  }

  return function runWork<Result>(work: Work<Result>): Result {
    let step = work.next(noAnswer)
    while (!step.done) step = work.next(answerOf(step.value.sql, step.value.values))
    return step.value
  }
}
