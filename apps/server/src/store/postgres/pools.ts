import type { Client, CustomTypesConfig, Pool, PoolConfig } from 'pg'
import { settleConnection } from './durable-settings.ts'
import { listeningLimits } from './listening-connection.ts'
import { createStatementNames } from './run-work.ts'

/** A connection that cannot be made within so many ms is given up, and an answer that has not come. */
const connectMs = 3_000
const answerMs = 12_000
const readConnections = 10
const keepAliveAfterMs = 10_000
const idleReadConnectionMs = 30_000

export interface Pools {
  /** For reads, and for whatever is not a message's way: logins, lists. */
  readonly reads: Pool
  /** One connection, so that writes follow each other. */
  readonly writes: Pool
  /** Not connected yet, and no part of a pool: for whoever listens. */
  createListener(): Client
  /** By which a connection of either knows a statement again. */
  nameOf(sql: string): string
  end(): Promise<void>
}

/** Opens no connection yet. The driver is loaded here, so that nobody pays for it who stores in SQLite. */
export async function createPools(url: string): Promise<Pools> {
  const { default: pg } = await import('pg')
  const types: CustomTypesConfig = {
    getTypeParser: (oid, format) =>
      // All of ours are counts and instants, far below 2^53.
      oid === pg.types.builtins.INT8 ? Number : (pg.types.getTypeParser(oid, format) as (text: string) => unknown),
  }
  const config = {
    connectionString: url,
    // A connection that died without a word is noticed after this and ten probes, one in a second.
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveAfterMs,
    connectionTimeoutMillis: connectMs,
    query_timeout: answerMs,
    types,
    // The driver waits for it before it hands the connection out, which its types do not say; a test would notice.
    // eslint-disable-next-line @typescript-eslint/no-misused-promises
    onConnect: settleConnection,
  } satisfies PoolConfig
  const create = (more: PoolConfig) => {
    const pool = new pg.Pool({ ...config, ...more })
    // A connection that breaks is dropped and the next query makes another; whoever was using it is told by their own promise.
    pool.on('error', () => {})
    pool.on('connect', (client) => client.on('error', () => {}))
    return pool
  }
  const reads = create({
    application_name: 'helvino reads',
    max: readConnections,
    idleTimeoutMillis: idleReadConnectionMs,
  })
  const writes = create({
    application_name: 'helvino writes',
    max: 1,
    idleTimeoutMillis: 0,
    // What need not wait for an answer is sent right behind: of a transaction's way to and fro two are left of five.
    pipeline: true,
  })
  return {
    reads,
    writes,
    createListener: () =>
      new pg.Client({
        connectionString: url,
        keepAlive: true,
        types,
        application_name: 'helvino listens',
        ...listeningLimits,
      }),
    nameOf: createStatementNames(),
    async end() {
      await Promise.all([reads.end(), writes.end()])
    },
  }
}
