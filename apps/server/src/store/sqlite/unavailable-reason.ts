import Sqlite from 'better-sqlite3'
import type { Unavailable } from '../contract.ts'

// The first word of SQLite's extended result codes (rescode.html).
const reasons: ReadonlyMap<string, Unavailable['reason']> = new Map([
  ['FULL', 'storage-full'],
  ['BUSY', 'busy'],
  ['LOCKED', 'busy'],
  // The locks of the log beside the file are contended.
  ['PROTOCOL', 'busy'],
  ['IOERR', 'failing'],
  ['READONLY', 'failing'],
  ['CANTOPEN', 'failing'],
  ['NOMEM', 'failing'],
])

/** What the machine or another process has done and asking again later may cure; `undefined` for a bug. Libraries may have wrapped the error. */
export function unavailableReason(error: unknown): Unavailable['reason'] | undefined {
  let cause = error
  while (cause instanceof Error && !(cause instanceof Sqlite.SqliteError)) cause = cause.cause
  return cause instanceof Sqlite.SqliteError ? reasons.get(cause.code.split('_')[1] ?? '') : undefined
}
