import Sqlite, { type Database, type Statement } from 'better-sqlite3'

/** One change that was made by hand, beside the server. */
type Value = string | number | null

/** The database of one world: what of it is committed outlives every process of the server. */
export class SimDisk {
  readonly #statements = new Map<string, Statement>()
  #database: Database

  constructor(image: Buffer) {
    this.#database = open(image)
  }

  get database(): Database {
    return this.#database
  }

  get isInTransaction(): boolean {
    return this.#database.inTransaction
  }

  /** Prepared once for each database, whichever process asks. */
  prepare(sql: string): Statement {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = this.#database.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  /** Everything that is committed. */
  copy(): Buffer {
    return this.#database.serialize()
  }

  /** The machine gets an older copy back. No process may be running. */
  restore(image: Buffer): void {
    this.#database.close()
    this.#statements.clear()
    this.#database = open(image)
  }

  // Whoever writes the query says what its rows are.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  all<Row>(sql: string, ...values: Value[]): readonly Row[] {
    return this.prepare(sql).all(...values) as Row[]
  }

  run(sql: string, ...values: Value[]): void {
    this.prepare(sql).run(...values)
  }

  close(): void {
    this.#database.close()
  }
}

function open(image: Buffer): Database {
  const database = new Sqlite(image)
  database.pragma('foreign_keys = ON')
  return database
}
