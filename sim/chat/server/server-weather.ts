import Sqlite from 'better-sqlite3'
import type { SimRandom } from '@helvino/testkit'
import type { Trace } from '../../trace.ts'
import type { CommitWeather, ProcessTerms, Step } from './server-process.ts'

/** The rarer a step, the more often it is drawn. */
const steps: readonly Step[] = [
  ...(['write', 'before-commit', 'before-commit', 'after-commit', 'after-commit'] as const),
  ...(['before-answer', 'before-frame', 'after-answer'] as const),
]

/** What the machine of the server does to it: how the disk answers, how long a commit takes, and at which step the process dies. */
export class ServerWeather implements Pick<
  ProcessTerms,
  'commitWeather' | 'statementError' | 'isFatal' | 'readerWaitMs'
> {
  /** Somebody else holds the lock of the database. */
  isLocked = false
  isFull = false
  /** Now and then a write fails that is to blame for it by itself. */
  isFailing = false
  areCommitsSlow = false
  areReadersSlow = false
  areCommitsUnknown = false
  readonly #random: SimRandom
  readonly #trace: Trace
  readonly #onKilled: () => void
  readonly #errors = new Map<string, Error>()
  #plannedStep: Step | undefined
  #stepsLeft = 0

  constructor(random: SimRandom, trace: Trace, onKilled: () => void) {
    this.#random = random
    this.#trace = trace
    this.#onKilled = onKilled
  }

  /** The process dies at one of the next few times that it reaches a step, drawn here. */
  planKill(): void {
    this.#plannedStep = this.#random.pick(steps)
    this.#stepsLeft = this.#random.whole(1, 2)
  }

  /** The planned step was not reached in time: whatever it does just then. */
  get isKillPlanned(): boolean {
    return this.#plannedStep !== undefined
  }

  forgetKill(): void {
    this.#plannedStep = undefined
  }

  calm(): void {
    this.isLocked =
      this.isFull =
      this.isFailing =
      this.areCommitsSlow =
      this.areReadersSlow =
      this.areCommitsUnknown =
        false
    this.forgetKill()
  }

  readonly isFatal = (step: Step): boolean => {
    if (step !== this.#plannedStep || --this.#stepsLeft > 0) return false
    this.#plannedStep = undefined
    this.#trace.add(`killed ${step}`)
    this.#onKilled()
    return true
  }

  readonly commitWeather = (): CommitWeather => {
    const slow = () => (this.areCommitsSlow ? this.#random.whole(0, this.#random.pick([20, 500, 4_000])) : 0)
    return {
      beforeMs: slow(),
      afterMs: slow(),
      isUnknown: this.areCommitsUnknown && this.#random.isHit(0.5),
    }
  }

  readonly readerWaitMs = (): number => (this.areReadersSlow ? this.#random.whole(1, 2_000) : 0)

  readonly statementError = (sql: string): Error | undefined => {
    if (this.isLocked && sql.startsWith('BEGIN')) return this.#fail('database is locked', 'SQLITE_BUSY')
    const isWrite = /^(INSERT|UPDATE|COMMIT)/i.test(sql)
    if (this.isFull && isWrite) return this.#fail('database or disk is full', 'SQLITE_FULL')
    if (this.isFailing && isWrite && this.#random.isHit(0.2)) return this.#fail('disk I/O error', 'SQLITE_IOERR')
    return undefined
  }

  #fail(message: string, code: string): Error {
    this.#trace.add(`answered ${code}`)
    // One of each kind: an error is dear for its stack, and somebody who waits for a lock gets many.
    const error = this.#errors.get(code) ?? new Sqlite.SqliteError(message, code)
    this.#errors.set(code, error)
    return error
  }
}
