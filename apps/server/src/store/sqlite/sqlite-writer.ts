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

/** What one write does to the database. */
export type Work = () => unknown

const prepareSteps = (database: Database) => ({
  begin: database.prepare('BEGIN IMMEDIATE'),
  commit: database.prepare('COMMIT'),
  rollback: database.prepare('ROLLBACK'),
  mark: database.prepare('SAVEPOINT one_write'),
  release: database.prepare('RELEASE one_write'),
  undo: database.prepare('ROLLBACK TO one_write'),
})

function failureOf(error: unknown, hasBegun: boolean): CommitFailure {
  const reason = unavailableReason(error)
  // Somebody else holds the lock: nothing was tried yet, and nothing is lost by waiting.
  if (!hasBegun && reason === 'busy') return { kind: 'held-up', reason, error }
  return { kind: !hasBegun || reason === 'failing' ? 'hopeless' : 'undone', error }
}

/** From the beginning of a transaction to its end without an `await`: nobody else gets to the connection in between. */
export function createSqliteCommit(database: Database) {
  const { begin, commit, rollback, mark, release, undo } = prepareSteps(database)
  /** Why the transaction of a failed group could not be undone: until it is, nothing may be written after it. */
  let stuck: { readonly error: unknown } | undefined

  function undoAll(): void {
    stuck = undefined
    try {
      if (database.inTransaction) rollback.run()
    } catch (error) {
      stuck = { error }
    }
  }

  const runUnmarked = (work: Work): WriteOutcome => ({ kind: 'done', result: work() })

  function runMarked(work: Work): WriteOutcome {
    mark.run()
    try {
      const result = work()
      release.run()
      return { kind: 'done', result }
    } catch (error) {
      // SQLite ends the whole transaction by itself on some errors (lang_transaction.html, section 3): then nothing of the group is left.
      if (!database.inTransaction) throw error
      try {
        undo.run()
        release.run()
      } catch {
        // What cannot be undone alone is undone with its group, for the reason that it failed for.
        throw error
      }
      return { kind: 'failed', error }
    }
  }

  function runTogether(works: readonly Work[], runEach: (work: Work) => WriteOutcome): Committed | CommitFailure {
    let hasBegun = false
    try {
      begin.run()
      hasBegun = true
      const outcomes = works.map(runEach)
      commit.run()
      return { kind: 'committed', outcomes }
    } catch (error) {
      undoAll()
      return failureOf(error, hasBegun)
    }
  }

  return (works: readonly Work[]): Committed | CommitFailure => {
    if (stuck) undoAll()
    if (stuck) return failureOf(stuck.error, false)
    // Somebody else's transaction on this connection would take our writes with it, or undo them.
    if (database.inTransaction)
      return { kind: 'held-up', reason: 'busy', error: new Error('another transaction is open on the connection') }
    // Marks cost as much as a message's own statements: only a group in which something fails is run again with them.
    const result = runTogether(works, runUnmarked)
    return result.kind === 'undone' && works.length > 1 && !stuck ? runTogether(works, runMarked) : result
  }
}

export function createSqliteWriter({ database, clock, onDiskFailure }: SqliteWriterOptions): SqliteWriter {
  const groups = createGroupCommit<Work>({
    commit: createSqliteCommit(database),
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
