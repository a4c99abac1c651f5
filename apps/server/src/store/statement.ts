import { type CompiledQuery, sql } from 'kysely'

export type Value = string | number | null

/** A query that was built once, in the words of one database; running it costs no query building. */
export interface Statement<Parameters, Row> {
  readonly sql: string
  /** The values of `sql`'s placeholders, in their order. */
  bind(parameters: Parameters): readonly Value[]
  /** Never set: it carries the type of the rows. */
  readonly row?: Row
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
export function compile<Parameters extends Readonly<Record<keyof Parameters, Value>>, Row>(
  build: (parameters: Parameters) => { compile(): CompiledQuery<Row> },
): Statement<Parameters, Row> {
  const placeholders = new Proxy({}, { get: (_target, name) => new Placeholder(name) }) as Parameters
  const { sql, parameters } = build(placeholders).compile()
  const slots = parameters.map((slot) => (slot instanceof Placeholder ? slot : { value: slot as Value }))
  return {
    sql,
    bind: (parameters) =>
      slots.map((slot) => ('name' in slot ? parameters[slot.name as keyof Parameters] : slot.value)),
  }
}

// Beside an order or a limit SQLite plans anew for each value that is bound bare, which costs ten times the reading.
export const text = (value: string) => sql<string>`cast(${value} as text)`
export const integer = (value: number) => sql<number>`cast(${value} as integer)`
