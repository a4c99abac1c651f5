import type { DatabaseOpening } from '../opened-database.ts'
import { startCheckpoints, type StopCheckpoints } from './checkpoints.ts'
import { openSqlite, waitBriefly } from './open-sqlite.ts'
import { createRunWork } from './run-work.ts'
import { createSqliteStore } from './sqlite-store.ts'
import { unavailableReason } from './unavailable-reason.ts'

/** The database in one file, whose folder is made where it is missing. */
export function openSqliteDatabase(path: string): DatabaseOpening {
  const opening = openSqlite(path)
  if (opening.kind === 'invalid') return { kind: 'failed', message: opening.message }
  const { database, kysely } = opening.sqlite
  const runWork = createRunWork(database)
  let stopCheckpoints: StopCheckpoints | undefined
  return {
    kind: 'opened',
    database: {
      dialect: 'sqlite',
      kysely,
      read: async (work) => runWork(work),
      createStore: ({ random, clock, onFailing }) =>
        createSqliteStore({ database, kysely, random, clock, onDiskFailure: onFailing }),
      // Two servers on one file do the same work twice, in transactions of which the second finds nothing left.
      alone: (run) => run(),
      unavailableReason,
      async endStart() {
        waitBriefly(database)
        stopCheckpoints ??= startCheckpoints(database)
      },
      async close() {
        await stopCheckpoints?.()
        database.close()
      },
    },
  }
}
