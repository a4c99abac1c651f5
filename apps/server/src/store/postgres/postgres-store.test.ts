import { systemClock, systemRandom } from '@helvino/runtime/system-node'
import { afterAll, beforeAll } from 'vitest'
import { type PostgresServer, startPostgres } from '../../../tests/postgres-server.ts'
import { describeStore } from '../contract-suite.ts'
import type { Store } from '../contract.ts'
import type { OpenedDatabase } from '../opened-database.ts'
import { openPostgresDatabase } from './postgres-database.ts'

let server: PostgresServer

beforeAll(async () => {
  server = await startPostgres()
}, 60_000)
afterAll(() => server.remove())

describeStore('PostgreSQL', async () => {
  const url = await server.createDatabase()
  let opened: OpenedDatabase | undefined
  const abandon = async () => {
    await opened?.close()
    opened = undefined
  }
  return {
    async open(): Promise<Store> {
      const opening = await openPostgresDatabase(url)
      if (opening.kind !== 'opened') throw new Error(opening.message)
      opened = opening.database
      await opened.endStart()
      return opened.createStore({
        clock: systemClock,
        random: systemRandom,
        onFailing: (error) => {
          throw new Error('the database failed', { cause: error })
        },
      })
    },
    abandon,
    remove: abandon,
  }
})
