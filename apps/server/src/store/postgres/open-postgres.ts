import type { Client } from 'pg'
import { settleConnection } from './durable-settings.ts'
import { dataFormat, migrate } from './migrations.ts'

/** The oldest PostgreSQL that is tried with this store, as `server_version_num` says it. */
const leastVersion = 150_000
/** A server whose start another one's start holds up for so long, in ms, does not start. */
const startWaitMs = 30_000
const connectMs = 5_000
// Any number that is ours alone in this database: 'helvino' in ASCII, cut to 32 bits.
const startLockKey = 0x68656c76

/** Held from here to the end of the start: of several servers one migrates and makes the first administrator. */
export interface StartLock {
  readonly client: Client
  /** Lets the next server start. Calling it twice changes nothing. */
  release(): Promise<void>
}

export type PostgresOpening =
  | { readonly kind: 'opened'; readonly startLock: StartLock }
  /** One plain sentence for the operator; it holds no password. */
  | { readonly kind: 'failed'; readonly message: string }

class UnfitError extends Error {}

async function checkServer(client: Client): Promise<void> {
  const { rows } = await client.query<{ readonly version: string; readonly number: number; readonly encoding: string }>(
    `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::integer AS number,
      current_setting('server_encoding') AS encoding`,
  )
  const { version = '', number = 0, encoding = '' } = rows[0] ?? {}
  if (number < leastVersion)
    throw new UnfitError(`the server is PostgreSQL ${version}, at least ${leastVersion / 10_000} is needed`)
  if (encoding !== 'UTF8') throw new UnfitError(`the database is encoded as ${encoding}, UTF8 is needed`)
}

async function lockStart(client: Client): Promise<void> {
  await client.query(`SET statement_timeout = 0; SET lock_timeout = ${startWaitMs}`)
  await client.query('SELECT pg_advisory_lock($1)', [startLockKey])
}

async function prepare(client: Client, upTo: number | undefined): Promise<void> {
  await client.connect()
  await settleConnection(client)
  await checkServer(client)
  await lockStart(client)
  const migration = await migrate(client, upTo)
  if (migration.kind === 'too-new')
    throw new UnfitError(
      `its data has format ${migration.format} and was written by a newer Helvino, this version reads up to format ${dataFormat}`,
    )
}

/** Finds out whether messages can be kept there, and brings the data to this version's format, or no further than `upTo`. */
export async function openPostgres(url: string, upTo?: number): Promise<PostgresOpening> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({
    connectionString: url,
    application_name: 'helvino start',
    connectionTimeoutMillis: connectMs,
  })
  // The lock goes with the connection; that it is gone is said by the next query.
  client.on('error', () => {})
  let ending: Promise<void> | undefined
  const release = () => (ending ??= client.end().catch(() => undefined))
  try {
    await prepare(client, upTo)
    return { kind: 'opened', startLock: { client, release } }
  } catch (error) {
    await release()
    const why = error instanceof AggregateError ? error.errors.map(String).join(', ') : String(error)
    return {
      kind: 'failed',
      message: `The database of DATABASE_URL cannot be used: ${why.replace(/^\w*Error: |^error: /, '')}.`,
    }
  }
}
