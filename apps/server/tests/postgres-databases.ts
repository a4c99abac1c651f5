import { systemClock, systemRandom } from '@helvino/runtime/system-node'
import { onTestFinished } from 'vitest'
import type { CountedStore } from '../src/store/create-store.ts'
import type { OpenedDatabase } from '../src/store/opened-database.ts'
import { openPostgresDatabase } from '../src/store/postgres/postgres-database.ts'

/** Open for the running test, as a server has it that has started. */
export async function openTestPostgres(url: string): Promise<OpenedDatabase> {
  const opening = await openPostgresDatabase(url)
  if (opening.kind !== 'opened') throw new Error(opening.message)
  onTestFinished(() => opening.database.close())
  await opening.database.endStart()
  return opening.database
}

/** The real store on real time; `failures` collects what it reports. */
export async function openTestPostgresStore(url: string, failures: unknown[] = []): Promise<CountedStore> {
  const database = await openTestPostgres(url)
  const store = database.createStore({
    clock: systemClock,
    random: systemRandom,
    onFailing: (error) => failures.push(error),
  })
  onTestFinished(() => store.close())
  return store
}
