import type { QueryConfig, QueryResult } from 'pg'
import { type Answer, noAnswer, type Work } from '../work.ts'

/** One value, or one for each row of a statement that takes many. */
export type BoundValue = string | number | null | readonly (string | number | null)[]

export interface Queryable {
  query(query: QueryConfig<BoundValue[]>): Promise<QueryResult<object>>
}

/** Runs one statement, prepared once in each connection. */
export type RunStatement = (sql: string, values: readonly BoundValue[]) => Promise<Answer>

/** Gives each statement's text a name of its own, by which a connection knows it again. */
export function createStatementNames(): (sql: string) => string {
  const names = new Map<string, string>()
  return (sql) => {
    const known = names.get(sql)
    if (known !== undefined) return known
    const name = `helvino_${names.size}`
    names.set(sql, name)
    return name
  }
}

export const createRunStatement =
  (to: Queryable, nameOf: (sql: string) => string): RunStatement =>
  async (sql, values) => {
    const { rows, rowCount } = await to.query({ name: nameOf(sql), text: sql, values: [...values] })
    return { rows, written: rowCount ?? 0 }
  }

/** Runs work through, waiting for each of its statements. */
export async function runWork<Result>(run: RunStatement, work: Work<Result>): Promise<Result> {
  let step = work.next(noAnswer)
  while (!step.done) step = work.next(await run(step.value.sql, step.value.values))
  return step.value
}
