import type { Clock } from '@helvino/runtime'
import type { Pool } from 'pg'

/** For so long, in ms, and this often the database is asked; it may be starting again. */
const askForMs = 5_000
const askEveryMs = 100

type End = 'committed' | 'aborted' | 'unknown'

const pause = (clock: Clock, delayMs: number): Promise<void> =>
  new Promise((resolve) => {
    clock.startTimer(delayMs, resolve)
  })

/**
 * How a transaction ended whose connection was lost during its commit. `unknown`: the database is still away, still at it, or
 * another one that has never heard of it (a standby that took over).
 */
export async function findTransactionEnd(pool: Pool, id: string, clock: Clock): Promise<End> {
  const untilMs = clock.monotonicMs() + askForMs
  do {
    try {
      const { rows } = await pool.query<{ readonly status: string | null }>(
        'SELECT pg_xact_status($1::xid8) AS status',
        [id],
      )
      const status = rows[0]?.status
      if (status === 'committed' || status === 'aborted') return status
    } catch {
      // Asked again until the time is up: that it is away is why it is asked.
    }
    await pause(clock, askEveryMs)
  } while (clock.monotonicMs() < untilMs)
  return 'unknown'
}
