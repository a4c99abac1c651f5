import Sqlite, { type Database, type Statement } from 'better-sqlite3'

/** What the driver says of one step, and how SQLite leaves the transaction behind (lang_transaction.html, section 3). */
export interface StepFault {
  readonly code: string
  /** SQLite undoes the whole transaction by itself, as for a full disk or a failed sync. */
  readonly undoesAll: boolean
  /** The step has been done all the same: the error came after it. */
  readonly isDone: boolean
}

/** A connection to a real database whose driver fails at chosen steps. A step is one run of one statement. */
export class FailingDriver {
  readonly database: Database
  /** The statements that have been run since `failAt`. */
  readonly steps: string[] = []
  readonly #real: Database
  #at: readonly number[] = []
  #fault: StepFault | undefined

  constructor(real: Database) {
    this.#real = real
    this.database = new Proxy(real, {
      get: (target, name) => {
        if (name === 'prepare') return (sql: string) => this.#watched(target.prepare(sql), sql)
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
  }

  /** From here on the steps with these numbers fail, counted from 1. */
  failAt(at: readonly number[], fault: StepFault): void {
    this.#at = at
    this.#fault = fault
    this.steps.length = 0
  }

  /** How many of the chosen steps have been reached. Nothing fails any more. */
  stop(): number {
    const reached = this.#at.filter((number) => number <= this.steps.length).length
    this.#fault = undefined
    return reached
  }

  #watched(statement: Statement, sql: string): Statement {
    const step = (run: () => unknown): unknown => {
      const fault = this.#fault
      if (!fault) return run()
      this.steps.push(sql)
      if (!this.#at.includes(this.steps.length)) return run()
      if (fault.isDone) run()
      if (fault.undoesAll && this.#real.inTransaction) this.#real.exec('ROLLBACK')
      throw new Sqlite.SqliteError(`injected at ${sql}`, fault.code)
    }
    return new Proxy(statement, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        if (name !== 'run' && name !== 'get' && name !== 'all') return value.bind(target) as unknown
        return (...given: unknown[]) => step(() => value.apply(target, given) as unknown)
      },
    })
  }
}
