import type { Kysely } from 'kysely'
import type { AgentTables } from './agent-tables.ts'

export type InstallationFact =
  | 'cookie_secret'
  /** By which a server and its database are known to belong together. Anybody may know it. */
  | 'installation_id'
  /** By which the key file is known that its visitors' identities were computed with. */
  | 'visitor_key'
  | 'first_start_done_at'
  | 'first_org'
  | `identity_secrets/${string}`

export async function readFact(database: Kysely<AgentTables>, name: InstallationFact): Promise<string | undefined> {
  const row = await database.selectFrom('installation').select('value').where('name', '=', name).executeTakeFirst()
  return row?.value
}

/** Keeps the first value for ever, and answers it: two processes that start together agree. */
export async function keepFact(database: Kysely<AgentTables>, name: InstallationFact, value: string): Promise<string> {
  await database
    .insertInto('installation')
    .values({ name, value })
    .onConflict((on) => on.doNothing())
    .execute()
  return (await readFact(database, name)) ?? value
}

/** Puts a value in the place of the one that was read, and of no other. False where somebody else was quicker. */
export async function replaceFact(
  database: Kysely<AgentTables>,
  name: InstallationFact,
  before: string,
  value: string,
): Promise<boolean> {
  const { numUpdatedRows } = await database
    .updateTable('installation')
    .set({ value })
    .where('name', '=', name)
    .where('value', '=', before)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
