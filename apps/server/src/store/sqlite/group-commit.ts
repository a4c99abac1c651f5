import type { Clock } from '@helvino/runtime'
import type { Database } from 'better-sqlite3'
import type { Unavailable } from '../contract.ts'
import { unavailableReason } from './unavailable-reason.ts'

/** Writes that may wait for their commit; beyond it a write is `queue-full`. */
const maxWaitingWrites = 10_000
/** Writes in one transaction. A greater group holds the event loop for longer than it saves in syncs. */
const maxGroupWrites = 512
/** A write that a lock holds up for so long, in ms, is `busy`; until then the lock is tried this often. */
const lockWaitMs = 5_000
const retryEveryMs = 50

/** Runs writes in arrival order, many in one transaction, and answers each only after that transaction is on disk. */
export interface GroupCommit {
  /**
   * Runs `work` inside a transaction, a second time where the first was undone for a neighbour's sake: it may touch the
   * database only. What it throws undoes its own writes only and rejects its own promise only;
   * a full or failing disk and a lock that is not given up in time are `unavailable`.
   */
  write<Result>(work: () => Result): Promise<Result | Unavailable>
  groupsCommitted(): number
  writesCommitted(): number
  /** Ends after every accepted write is committed. Later writes are `unavailable: closing`. */
  close(): Promise<void>
}

export interface GroupCommitOptions {
  readonly database: Database
  readonly clock: Clock
  /** Hears, once for each error, what the disk refuses beside being full. */
  readonly onDiskFailure: (error: unknown) => void
}

interface WaitingWrite {
  readonly sinceMs: number
  /** Does the work and returns what to do once it is committed. */
  readonly run: () => () => void
  readonly fail: (error: unknown) => void
  readonly refuse: (reason: Unavailable['reason']) => void
}

interface Failure {
  readonly stage: 'begin' | 'write'
  readonly error: unknown
}

const unavailable = (reason: Unavailable['reason']): Unavailable => ({ kind: 'unavailable', reason })

/** Somebody else holds the lock: nothing was tried yet, and nothing is lost by waiting. */
const isLockedOut = ({ stage, error }: Failure): boolean => stage === 'begin' && unavailableReason(error) === 'busy'

/** No other write would fare better. */
const isHopeless = ({ stage, error }: Failure): boolean => stage === 'begin' || unavailableReason(error) === 'failing'

const prepareSteps = (database: Database) => ({
  begin: database.prepare('BEGIN IMMEDIATE'),
  commit: database.prepare('COMMIT'),
  rollback: database.prepare('ROLLBACK'),
  mark: database.prepare('SAVEPOINT one_write'),
  release: database.prepare('RELEASE one_write'),
  undo: database.prepare('ROLLBACK TO one_write'),
})

/** One transaction after the other on this connection, each with all of its writes or with none. */
function createTransactions(database: Database) {
  const { begin, commit, rollback, mark, release, undo } = prepareSteps(database)
  let groups = 0
  let writes = 0
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

  function runOne(write: WaitingWrite): () => void {
    mark.run()
    try {
      const settle = write.run()
      release.run()
      return settle
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
      return () => {
        write.fail(error)
      }
    }
  }

  /** Commits all of them, or none and says why. */
  function commitTogether(group: readonly WaitingWrite[]): Failure | undefined {
    if (stuck) undoAll()
    if (stuck) return { stage: 'begin', error: stuck.error }
    const settles: (() => void)[] = []
    let stage: Failure['stage'] = 'begin'
    try {
      begin.run()
      stage = 'write'
      for (const write of group) settles.push(runOne(write))
      commit.run()
    } catch (error) {
      undoAll()
      return { stage, error }
    }
    groups += 1
    writes += group.length
    for (const settle of settles) settle()
    return undefined
  }

  return {
    commitTogether,
    /** Somebody else's transaction is open on this connection: it would take our writes with it, or undo them. */
    isHeldByOther: () => database.inTransaction && !stuck,
    groupsCommitted: () => groups,
    writesCommitted: () => writes,
  }
}

type Transactions = ReturnType<typeof createTransactions>

/**
 * A group that could not be committed is committed one by one: only the write that is to blame may fail. Answers the writes
 * that have to wait for somebody else's lock.
 */
function commitGroup({ commitTogether }: Transactions, group: readonly WaitingWrite[]): readonly WaitingWrite[] {
  const together = commitTogether(group)
  if (!together) return []
  for (const [index, write] of group.entries()) {
    const failure = index === 0 && isHopeless(together) ? together : commitTogether([write])
    if (!failure) continue
    if (isLockedOut(failure)) return group.slice(index)
    const failed = isHopeless(failure) ? group.slice(index) : [write]
    for (const { fail } of failed) fail(failure.error)
    if (failed.length > 1) return []
  }
  return []
}

/** The writes in order, and when the next of them are tried. */
function createQueue(clock: Clock, transactions: Transactions) {
  const waiting: WaitingWrite[] = []
  let isScheduled = false
  let onDrained = () => {}

  function giveUpOld(): void {
    const nowMs = clock.monotonicMs()
    const fresh = waiting.findIndex(({ sinceMs }) => nowMs - sinceMs < lockWaitMs)
    for (const { refuse } of waiting.splice(0, fresh === -1 ? waiting.length : fresh)) refuse('busy')
  }

  function turn(): void {
    const isForeign = transactions.isHeldByOther()
    const locked = isForeign ? [] : commitGroup(transactions, waiting.splice(0, maxGroupWrites))
    waiting.unshift(...locked)
    const isHeldUp = isForeign || locked.length > 0
    if (isHeldUp) giveUpOld()
    if (waiting.length === 0) {
      isScheduled = false
      onDrained()
    } else if (isHeldUp) clock.startTimer(retryEveryMs, turn)
    else setImmediate(turn)
  }

  return {
    count: () => waiting.length,
    add(write: WaitingWrite): void {
      waiting.push(write)
      if (isScheduled) return
      isScheduled = true
      // After the input of this turn of the event loop: whatever arrived with it shares one sync of the disk.
      setImmediate(turn)
    },
    drained: () =>
      new Promise<void>((resolve) => {
        onDrained = resolve
        if (!isScheduled) resolve()
      }),
  }
}

export function createGroupCommit(options: GroupCommitOptions): GroupCommit {
  const transactions = createTransactions(options.database)
  const { groupsCommitted, writesCommitted } = transactions
  const queue = createQueue(options.clock, transactions)
  let closing: Promise<void> | undefined
  let reported: unknown

  function reasonOf(error: unknown): Unavailable['reason'] | undefined {
    const reason = unavailableReason(error)
    if (reason === 'failing' && error !== reported) options.onDiskFailure(error)
    reported = error
    return reason
  }

  return {
    write<Result>(work: () => Result) {
      if (closing) return Promise.resolve(unavailable('closing'))
      if (queue.count() >= maxWaitingWrites) return Promise.resolve(unavailable('queue-full'))
      return new Promise<Result | Unavailable>((resolve, reject) => {
        queue.add({
          sinceMs: options.clock.monotonicMs(),
          run: () => {
            const result = work()
            return () => {
              resolve(result)
            }
          },
          fail: (error) => {
            const reason = reasonOf(error)
            if (reason) resolve(unavailable(reason))
            else reject(error instanceof Error ? error : new Error('a write failed', { cause: error }))
          },
          refuse: (reason) => {
            resolve(unavailable(reason))
          },
        })
      })
    },
    groupsCommitted,
    writesCommitted,
    close: () => (closing ??= queue.drained()),
  }
}
