import type { Statement, Value } from './statement.ts'

/** One statement that the work wants to be run; it goes on with the answer. */
export interface Step {
  readonly sql: string
  readonly values: readonly Value[]
}

export interface Answer {
  readonly rows: readonly unknown[]
  /** How many rows the statement has written. */
  readonly written: number
}

/** What work begins with, before its first statement. */
export const noAnswer: Answer = { rows: [], written: 0 }

/**
 * What is to be done, one statement after the other, without saying how the database is waited for: SQLite runs it through
 * in one turn of the event loop, PostgreSQL between awaits. So each rule of the store is written once.
 */
export type Work<Result> = Generator<Step, Result, Answer>

export function* all<Parameters, Row>(statement: Statement<Parameters, Row>, parameters: Parameters): Work<Row[]> {
  const { rows } = yield { sql: statement.sql, values: statement.bind(parameters) }
  return rows as Row[]
}

export function* first<Parameters, Row>(
  statement: Statement<Parameters, Row>,
  parameters: Parameters,
): Work<Row | undefined> {
  const { rows } = yield { sql: statement.sql, values: statement.bind(parameters) }
  return rows[0] as Row | undefined
}

/** The row of a statement that answers one whenever nothing is broken; throws where there is none. */
export function* only<Parameters, Row>(statement: Statement<Parameters, Row>, parameters: Parameters): Work<Row> {
  const row = yield* first(statement, parameters)
  if (row === undefined) throw new Error('a statement that always answers a row has answered none')
  return row
}

/** Answers how many rows were written. */
export function* run<Parameters>(statement: Statement<Parameters, unknown>, parameters: Parameters): Work<number> {
  const { written } = yield { sql: statement.sql, values: statement.bind(parameters) }
  return written
}
