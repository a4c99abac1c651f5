import { join } from 'node:path'
import type { OrgId } from '@helvino/protocol'
import { systemClock, systemRandom } from '@helvino/runtime/system-node'
import type { AgentTables } from '../src/auth/agent-tables.ts'
import { openAgents } from '../src/auth/agents.ts'
import { openSqlite } from '../src/store/sqlite/open-sqlite.ts'
import type { SpawnedServer } from './spawn-server.ts'

/** Gives the demo organisation of a running server one more agent. */
export async function addAgent({ url, dataFolder }: SpawnedServer, name: string) {
  const opening = openSqlite(join(dataFolder, 'helvino.db'))
  if (opening.kind !== 'ok') throw new Error(opening.message)
  const { database, kysely } = opening.sqlite
  const agents = await openAgents({
    database: kysely.$extendTables<AgentTables>(),
    dialect: 'sqlite',
    ownOrigin: url,
    clock: systemClock,
    random: systemRandom,
  })
  const login = { email: `${name.toLowerCase()}@shop.example`, password: 'a-password-of-the-test' }
  await agents.putAgent({ ...login, name, orgId: 'org_demo' as OrgId, role: 'agent' })
  database.close()
  return login
}
