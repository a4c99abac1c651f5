import type { Kysely } from 'kysely'
import type { Append, AppendOutcome } from './append.ts'
import type { Change } from './changes.ts'
import type { Unavailable } from './contract.ts'
import type { Statements } from './statements.ts'
import type { Tables } from './tables.ts'
import type { Work } from './work.ts'

/** One change of the data. */
export interface Write<Result> {
  /** Begins the work, a second time where the first was undone for a neighbour's sake: it may touch the database only. */
  start(): Work<Result>
  /** Set where all of it is appends, so that a database that is far away takes those of many writes in one statement. */
  readonly inBulk?: {
    readonly appends: readonly Append[]
    /** What the write returns, by what became of each. */
    resultOf(outcomes: readonly AppendOutcome[]): Result
  }
  /** What other servers have to hear of, by what the write returned. */
  changesOf?(result: Result): readonly Change[]
}

/** What a database has to offer for a store to be made of it. */
export interface StoreConnection {
  readonly statements: Statements
  /** For the queries that are built anew each time. */
  readonly kysely: Kysely<Tables>
  /** Reads from the last commit. */
  read<Result>(work: Work<Result>): Promise<Result>
  /** Resolves after the commit is on disk; see `GroupCommit`. */
  write<Result>(write: Write<Result>): Promise<Result | Unavailable>
  /** As `Store.scrub`. */
  scrub(): Promise<void>
  /** False where another process has brought the data to a newer format than this version's. */
  isOwnFormat(): Promise<boolean>
  groupsCommitted(): number
  writesCommitted(): number
  /** Ends after every accepted write is committed. Later writes are `unavailable: closing`. */
  close(): Promise<void>
}
