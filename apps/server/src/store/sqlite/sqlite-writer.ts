import type { Clock } from '@helvino/runtime'
import type { Database } from 'better-sqlite3'
import type { Unavailable } from '../contract.ts'
import { type Committed, type CommitFailure, createGroupCommit, type WriteOutcome } from '../group-commit.ts'
import { unavailableReason } from './unavailable-reason.ts'

export interface SqliteWriter {
  /** See `GroupCommit`. `work` may touch the database only, and is not waited for. */
  write<Result>(work: () => Result): Promise<Result | Unavailable>
  groupsCommitted(): number
  writesCommitted(): number
  close(): Promise<void>
}

export interface SqliteWriterOptions {
  readonly database: Database
  readonly clock: Clock
  /** Hears what the disk refuses beside being full. */
  readonly onDiskFailure: (error: unknown) => void
}

type Work = () => unknown

/** From the beginning of a transaction to its end without an `await`: nobody else gets to the connection in between. */
function createCommit(database: Database) {
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const rollback = database.prepare('ROLLBACK')
  const mark = database.prepare('SAVEPOINT one_write')
  const release = database.prepare('RELEASE one_write')
  const undo = database.prepare('ROLLBACK TO one_write')

  function runOne(work: Work): WriteOutcome {
    mark.run()
    try {
      const result = work()
      release.run()
      return { kind: 'done', result }
    } catch (error) {
      // SQLite ends the whole transaction by itself on some errors (lang_transaction.html, section 3): then nothing of the group is left.
      if (!database.inTransaction) throw error
      undo.run()
      release.run()
      return { kind: 'failed', error }
    }
  }

  function failureOf(error: unknown, hasBegun: boolean): CommitFailure {
    const reason = unavailableReason(error)
    // Somebody else holds the lock: nothing was tried yet, and nothing is lost by waiting.
    if (!hasBegun && reason === 'busy') return { kind: 'held-up', reason, error }
    return { kind: !hasBegun || reason === 'failing' ? 'hopeless' : 'undone', error }
  }

  return (works: readonly Work[]): Committed | CommitFailure => {
    // Somebody else's transaction on this connection would take our writes with it, or undo them.
    if (database.inTransaction)
      return { kind: 'held-up', reason: 'busy', error: new Error('another transaction is open on the connection') }
    let hasBegun = false
    try {
      begin.run()
      hasBegun = true
      const outcomes = works.map(runOne)
      commit.run()
      return { kind: 'committed', outcomes }
    } catch (error) {
      if (database.inTransaction) rollback.run()
      return failureOf(error, hasBegun)
    }
  }
}

export function createSqliteWriter({ database, clock, onDiskFailure }: SqliteWriterOptions): SqliteWriter {
  const groups = createGroupCommit<Work>({
    commit: createCommit(database),
    clock,
    unavailableReason,
    onFailing: onDiskFailure,
  })
  return {
    ...groups,
    // The group hands back what the work has returned, and knows nothing of its type.
    write: <Result>(work: () => Result) => groups.write(work) as Promise<Result | Unavailable>,
  }
}
