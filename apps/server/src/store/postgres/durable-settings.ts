import type { ClientBase } from 'pg'
import { NotDurableError } from './unavailable-reason.ts'

/** How long a statement, a wait for a lock and a transaction in which nothing happens may take, in ms. */
const statementMs = 10_000
const lockMs = 5_000
const idleInTransactionMs = 10_000

// Either waits for the disk at every commit; the second for a standby as well. With the others a commit is answered before.
const waitsForDisk: ReadonlySet<unknown> = new Set(['on', 'remote_apply'])

/**
 * Reads how commits reach the disk and keeps it for the life of the connection, so that nobody turns it off beneath us; sets
 * the limits of every wait. Rejects with `NotDurableError` where an acknowledged message could be lost.
 */
export async function settleConnection(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ readonly commit: string; readonly fsync: string }>(
    `SELECT set_config('synchronous_commit', current_setting('synchronous_commit'), false) AS commit,
      current_setting('fsync') AS fsync,
      set_config('statement_timeout', $1, false),
      set_config('lock_timeout', $2, false),
      set_config('idle_in_transaction_session_timeout', $3, false)`,
    [statementMs, lockMs, idleInTransactionMs].map(String),
  )
  const { commit, fsync } = rows[0] ?? {}
  if (!waitsForDisk.has(commit) || fsync !== 'on')
    throw new NotDurableError(
      `the database cannot be written durably: synchronous_commit is ${String(commit)} and fsync is ${String(fsync)}, on is needed for both`,
    )
}
