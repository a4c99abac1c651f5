import { defaultWidgetConfig, type OrgId } from '@helvino/protocol'
import Sqlite from 'better-sqlite3'
import type { AgentTables } from '../../../apps/server/src/auth/agent-tables.ts'
import type { Org } from '../../../apps/server/src/store/contract.ts'
import type { ServerPackage } from './server-package.ts'

/** An organisation of a world, with one agent whose login lasts. */
export interface SimOrg extends Org {
  readonly agentId: string
  /** What the agent's browser sends. */
  readonly cookie: string
  /** Of the page that embeds the widget. */
  readonly origin: string
}

// As the demo's, which answers are compared with.
const config = { ...defaultWidgetConfig, expectedReply: 'minutes' } as const

export function simOrg(name: string): SimOrg {
  const origin = `https://${name}.example`
  return {
    ...{ id: `org_${name}` as OrgId, key: name, siteId: `site_${name}`, name, enabled: true, config },
    ...{ allowedOrigins: [origin], validFromMs: 0, agentId: `agent_${name}`, cookie: `cookie_${name}`, origin },
  }
}

const columns = 'id, key, site_id, name, enabled, config, allowed_origins, valid_from_ms'
const farAway = '2099-01-01T00:00:00.000Z'

/** A database of the newest format with these organisations and their agents, as an image that worlds start from. */
export async function firstData(server: ServerPackage, orgs: readonly SimOrg[]): Promise<Buffer> {
  const database = new Sqlite(':memory:')
  server.migrate(database)
  await server.migrateAgentTables(server.kyselyOver(database).$extendTables<AgentTables>(), 'sqlite')
  for (const org of orgs) {
    const row = server.orgRow(org)
    const values = [
      row.id,
      row.key,
      row.site_id,
      row.name,
      row.enabled,
      row.config,
      row.allowed_origins,
      row.valid_from_ms,
    ]
    database.prepare(`INSERT INTO orgs (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`).run(...values)
    const { agentId, cookie, id } = org
    database
      .prepare(
        `INSERT INTO "user" ("id", "name", "email", "emailVerified", "createdAt", "updatedAt") VALUES (?, ?, ?, 1, ?, ?)`,
      )
      .run(agentId, agentId, `${agentId}@chat.example`, farAway, farAway)
    database
      .prepare(`INSERT INTO "session" VALUES (?, ?, ?, ?, ?, NULL, NULL, ?)`)
      .run(`session_${agentId}`, farAway, cookie, farAway, farAway, agentId)
    database.prepare(`INSERT INTO agent_memberships VALUES (?, ?, 'admin')`).run(agentId, id)
  }
  const image = database.serialize()
  database.close()
  return image
}
