import { type Random, uuid } from '@helvino/runtime'
import { Kysely, PostgresDialect } from 'kysely'
import type { DatabaseOpening } from '../opened-database.ts'
import type { Tables } from '../tables.ts'
import { openPostgres } from './open-postgres.ts'
import { createPools } from './pools.ts'
import { createPostgresOthers } from './postgres-others.ts'
import { createPostgresStore } from './postgres-store.ts'
import { createAlone } from './run-alone.ts'
import { createRunStatement, runWork } from './run-work.ts'
import { unavailableReason } from './unavailable-reason.ts'

/** The database that `url` names, migrated no further than `upTo`. Until `endStart` no other server starts on it. */
export async function openPostgresDatabase(url: string, upTo?: number): Promise<DatabaseOpening> {
  const opening = await openPostgres(url, upTo)
  if (opening.kind === 'failed') return opening
  const { startLock } = opening
  const pools = await createPools(url)
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: pools.reads }) })
  let node: string | undefined
  const nodeOf = (random: Random) => (node ??= uuid(random))
  const others = createPostgresOthers({ nodeOf, connect: pools.createListener, pool: pools.reads })
  const read = createRunStatement(pools.reads, pools.nameOf)
  return {
    kind: 'opened',
    database: {
      dialect: 'postgres',
      kysely,
      read: (work) => runWork(read, work),
      createStore: (world) => createPostgresStore({ ...world, pools, kysely, node: nodeOf(world.random) }),
      others,
      alone: createAlone(pools.createListener),
      unavailableReason,
      endStart: () => startLock.release(),
      async close() {
        await startLock.release()
        await others.close()
        await pools.end()
      },
    },
  }
}
