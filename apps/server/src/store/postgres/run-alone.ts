import type { Client } from 'pg'

// Any number that is ours alone in this database: 'sweeps' in ASCII, cut to 32 bits.
const aloneLockKey = 0x73776565

/** Runs something unless another server on the database is running something so. */
export type RunAlone = (run: () => Promise<void>) => Promise<void>

/** `connect`: a client that is not connected yet. The lock is its connection's: it goes with a server that is killed. */
export const createAlone =
  (connect: () => Client): RunAlone =>
  async (run) => {
    const client = connect()
    // A lock that is lost with the connection lets another begin: what runs here is harmless twice.
    client.on('error', () => {})
    try {
      await client.connect()
      const { rows } = await client.query<{ readonly locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
        aloneLockKey,
      ])
      if (rows[0]?.locked) await run()
    } finally {
      await client.end().catch(() => undefined)
    }
  }
