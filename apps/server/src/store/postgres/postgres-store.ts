import type { Write } from '../connection.ts'
import type { Unavailable } from '../contract.ts'
import { type CountedStore, createStore } from '../create-store.ts'
import { createGroupCommit } from '../group-commit.ts'
import { compileStatements } from '../statements.ts'
import type { Kysely } from 'kysely'
import type { StoreWorld } from '../opened-database.ts'
import type { Tables } from '../tables.ts'
import type { Work } from '../work.ts'
import { dataFormat } from './migrations.ts'
import type { Pools } from './pools.ts'
import { createPostgresCommit } from './postgres-commit.ts'
import { createRunStatement, runWork } from './run-work.ts'
import { unavailableReason } from './unavailable-reason.ts'

export interface PostgresStoreOptions extends StoreWorld {
  readonly pools: Pools
  readonly kysely: Kysely<Tables>
  /** How this server signs what it tells the others. */
  readonly node: string
}

/** The store on a PostgreSQL that other servers may write to at the same time. It does not end the pools. */
export function createPostgresStore({
  pools,
  kysely,
  node,
  random,
  clock,
  onFailing,
}: PostgresStoreOptions): CountedStore {
  const readStatement = createRunStatement(pools.reads, pools.nameOf)
  const groups = createGroupCommit<Write<unknown>>({
    commit: createPostgresCommit({ pool: pools.writes, nameOf: pools.nameOf, clock, node }),
    clock,
    unavailableReason,
    onFailing,
  })
  const connection = {
    ...groups,
    statements: compileStatements(kysely, true),
    kysely,
    // Its own vacuum takes dead rows away, in its own time.
    scrub: () => Promise.resolve(),
    async isOwnFormat() {
      const { rows } = await pools.reads.query<{ readonly format: number }>('SELECT format FROM data_format')
      return (rows[0]?.format ?? 0) <= dataFormat
    },
    read: <Result>(work: Work<Result>) => runWork(readStatement, work),
    // The group hands back what the work has returned, and knows nothing of its type.
    write: <Result>(write: Write<Result>) => groups.write(write) as Promise<Result | Unavailable>,
  }
  return createStore({ connection, random, clock })
}
