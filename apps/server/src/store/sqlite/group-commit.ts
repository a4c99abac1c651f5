import Sqlite, { type Database } from 'better-sqlite3'
import type { Unavailable } from '../contract.ts'

/** Writes that may wait for their commit; beyond it a write is `queue-full`. */
const maxWaitingWrites = 10_000
/** Writes in one transaction. A greater group holds the event loop for longer than it saves in syncs. */
const maxGroupWrites = 512

/** Runs writes in arrival order, many in one transaction, and answers each only after that transaction is on disk. */
export interface GroupCommit {
  /**
   * Runs `work` inside a transaction, a second time where the first was undone for a neighbour's sake: it may touch the
   * database only. What it throws undoes its own writes only and rejects its own promise only;
   * a full disk and a lock that is not given up in time are `unavailable`.
   */
  write<Result>(work: () => Result): Promise<Result | Unavailable>
  groupsCommitted(): number
  writesCommitted(): number
  /** Ends after every accepted write is committed. Later writes are `unavailable: closing`. */
  close(): Promise<void>
}

interface WaitingWrite {
  /** Does the work and returns what to do once it is committed. */
  readonly run: () => () => void
  readonly fail: (error: unknown) => void
}

interface Failure {
  /** `begin`: the lock was not given. */
  readonly stage: 'begin' | 'write'
  readonly error: unknown
}

const unavailable = (reason: Unavailable['reason']): Unavailable => ({ kind: 'unavailable', reason })

/** What asking again later can cure; `undefined` for a bug. */
function transientReason(error: unknown): Unavailable['reason'] | undefined {
  if (!(error instanceof Sqlite.SqliteError)) return undefined
  if (error.code.startsWith('SQLITE_FULL')) return 'storage-full'
  return error.code.startsWith('SQLITE_BUSY') || error.code.startsWith('SQLITE_LOCKED') ? 'busy' : undefined
}

function createCommitter(database: Database) {
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const rollback = database.prepare('ROLLBACK')
  const mark = database.prepare('SAVEPOINT one_write')
  const release = database.prepare('RELEASE one_write')
  const undo = database.prepare('ROLLBACK TO one_write')

  let groups = 0
  let writes = 0

  function runOne(write: WaitingWrite): () => void {
    mark.run()
    try {
      const settle = write.run()
      release.run()
      return settle
    } catch (error) {
      // SQLite ends the whole transaction by itself on some errors (lang_transaction.html, section 3): then nothing of the group is left.
      if (!database.inTransaction) throw error
      undo.run()
      release.run()
      return () => {
        write.fail(error)
      }
    }
  }

  /** Commits all of them, or none and says why. */
  function commitTogether(group: readonly WaitingWrite[]): Failure | undefined {
    const settles: (() => void)[] = []
    let stage: Failure['stage'] = 'begin'
    try {
      begin.run()
      stage = 'write'
      for (const write of group) settles.push(runOne(write))
      commit.run()
    } catch (error) {
      if (database.inTransaction) rollback.run()
      return { stage, error }
    }
    groups += 1
    writes += group.length
    for (const settle of settles) settle()
    return undefined
  }

  /** A group that could not be committed is committed one by one: only the write that is to blame may fail. */
  function commitGroup(group: readonly WaitingWrite[]): void {
    const together = commitTogether(group)
    let locked = together?.stage === 'begin' ? together : undefined
    if (!together) return
    for (const write of group) {
      // Each further attempt would wait for the same lock, and hold up the event loop for as long.
      const alone = locked ?? commitTogether([write])
      if (alone?.stage === 'begin') locked = alone
      if (alone) write.fail(alone.error)
    }
  }

  return { commitGroup, groupsCommitted: () => groups, writesCommitted: () => writes }
}

export function createGroupCommit(database: Database): GroupCommit {
  const { commitGroup, ...counts } = createCommitter(database)
  const waiting: WaitingWrite[] = []
  let scheduled = false
  let closing: Promise<void> | undefined
  let onDrained = () => {}

  function schedule(): void {
    if (scheduled) return
    scheduled = true
    // After the input of this turn of the event loop: whatever arrived with it shares one sync of the disk.
    setImmediate(() => {
      scheduled = false
      // Somebody else's transaction on this connection would take our writes with it, or undo them.
      if (!database.inTransaction) commitGroup(waiting.splice(0, maxGroupWrites))
      if (waiting.length > 0) schedule()
      else onDrained()
    })
  }

  return {
    write<Result>(work: () => Result) {
      if (closing) return Promise.resolve(unavailable('closing'))
      if (waiting.length >= maxWaitingWrites) return Promise.resolve(unavailable('queue-full'))
      return new Promise<Result | Unavailable>((resolve, reject) => {
        waiting.push({
          run: () => {
            const result = work()
            return () => {
              resolve(result)
            }
          },
          fail: (error) => {
            const reason = transientReason(error)
            if (reason) resolve(unavailable(reason))
            else reject(error instanceof Error ? error : new Error('a write failed', { cause: error }))
          },
        })
        schedule()
      })
    },
    ...counts,
    close() {
      closing ??= new Promise((resolve) => {
        onDrained = resolve
        if (!scheduled) resolve()
      })
      return closing
    },
  }
}
