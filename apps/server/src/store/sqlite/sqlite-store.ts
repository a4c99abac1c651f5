import type { Clock, Random } from '@helvino/runtime'
import type { Database } from 'better-sqlite3'
import type { StoreConnection } from '../connection.ts'
import { createStore, type CountedStore } from '../create-store.ts'
import { compileStatements } from '../statements.ts'
import { dataFormat } from './migrations.ts'
import type { OpenSqlite } from './open-sqlite.ts'
import { createRunWork } from './run-work.ts'
import { createSqliteWriter } from './sqlite-writer.ts'
import { unavailableReason } from './unavailable-reason.ts'

export interface SqliteStoreOptions extends OpenSqlite {
  readonly random: Random
  readonly clock: Clock
  /** Hears what the disk refuses beside being full: somebody has to look at it. */
  readonly onDiskFailure: (error: unknown) => void
}

/** Somebody reads the log, or moves it into the file, for a moment only; where it lasts longer, the next deletion or sweep empties it. */
const scrubTries = 50
const scrubEveryMs = 20

/** The log still holds what was written before. False where somebody else is at it. */
function emptyLog(database: Database): boolean {
  try {
    const [row] = database.pragma('wal_checkpoint(TRUNCATE)') as readonly { readonly busy: number }[]
    return row?.busy === 0
  } catch (error) {
    const reason = unavailableReason(error)
    if (reason === undefined) throw error
    // What the disk has against it, it has against the writes too, which report it.
    return reason !== 'busy'
  }
}

/** What the store is made of on one SQLite file. Nobody else hears of what it changes: no other server shares the file. */
export function createSqliteConnection({
  database,
  kysely,
  clock,
  onDiskFailure,
}: Omit<SqliteStoreOptions, 'random'>): StoreConnection {
  const writer = createSqliteWriter({ database, clock, onDiskFailure })
  const runWork = createRunWork(database)
  return {
    ...writer,
    // The one writer of the file holds its lock from the beginning of a transaction: there is no row left to lock.
    statements: compileStatements(kysely, false),
    kysely,
    async scrub() {
      for (let tries = 0; tries < scrubTries && !emptyLog(database); tries += 1)
        await new Promise<void>((resolve) => clock.startTimer(scrubEveryMs, resolve))
    },
    isOwnFormat: async () => Number(database.pragma('user_version', { simple: true })) <= dataFormat,
    read: async <Result>(work: Parameters<typeof runWork<Result>>[0]) => runWork(work),
    write: <Result>({ start }: { start: () => Parameters<typeof runWork<Result>>[0] }) =>
      writer.write(() => runWork(start())),
  }
}

/** The store on one SQLite file. It does not close `database`: whoever opened that does, after `close()`. */
export const createSqliteStore = ({ random, ...options }: SqliteStoreOptions): CountedStore =>
  createStore({ connection: createSqliteConnection(options), random, clock: options.clock })
