import type { Database, Statement } from 'better-sqlite3'
import type { CompiledQuery } from 'kysely'

type Value = string | number | null

/** A statement that was compiled once; running it costs no query building. */
export interface Prepared<Parameters, Row> {
  first(parameters: Parameters): Row | undefined
  all(parameters: Parameters): Row[]
  run(parameters: Parameters): void
}

class Placeholder<Name> {
  readonly name: Name
  constructor(name: Name) {
    this.name = name
  }
}

/**
 * Compiles what `build` makes of its parameters, once. `build` sees placeholders in the place of values: it may only
 * hand them on to the query, never look at them.
 */
export function prepare<Parameters extends Readonly<Record<keyof Parameters, Value>>, Row>(
  database: Database,
  build: (parameters: Parameters) => { compile(): CompiledQuery<Row> },
): Prepared<Parameters, Row> {
  const placeholders = new Proxy({}, { get: (_target, name) => new Placeholder(name) }) as Parameters
  const { sql, parameters: slots } = build(placeholders).compile()
  const statement: Statement<Value[], Row> = database.prepare(sql)
  const bind = (parameters: Parameters): Value[] =>
    slots.map((slot) => (slot instanceof Placeholder ? parameters[slot.name as keyof Parameters] : (slot as Value)))
  return {
    first: (parameters) => statement.get(...bind(parameters)),
    all: (parameters) => statement.all(...bind(parameters)),
    run: (parameters) => {
      statement.run(...bind(parameters))
    },
  }
}
