import { type AuditAction, limits, type OrgId } from '@helvino/protocol'
import { SimClock, SimRandom } from '@helvino/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestPostgres } from '../../tests/postgres-databases.ts'
import { type PostgresServer, startPostgres } from '../../tests/postgres-server.ts'
import { openTestSqlite } from '../../tests/sqlite-stores.ts'
import { createRecordAudit } from '../http/record-audit.ts'
import type { OpenedDatabase } from '../store/opened-database.ts'
import { createAddressKey } from './address-key.ts'
import { type AgentTables, migrateAgentTables } from './agent-tables.ts'
import { createAudit } from './audit.ts'

let postgres: PostgresServer

beforeAll(async () => {
  postgres = await startPostgres()
}, 60_000)
afterAll(() => postgres.remove())

type Database = Pick<OpenedDatabase, 'dialect' | 'kysely'>

const openSqliteDatabase = (): Promise<Database> =>
  Promise.resolve({ dialect: 'sqlite', kysely: openTestSqlite().kysely })
const openPostgresDatabase = async (): Promise<Database> => openTestPostgres(await postgres.createDatabase())

const orgA = 'org_a' as OrgId
const orgB = 'org_b' as OrgId

describe.each([
  ['SQLite', openSqliteDatabase],
  ['PostgreSQL', openPostgresDatabase],
])('the record in %s', (_name, openDatabase) => {
  async function openWorld() {
    const { dialect, kysely } = await openDatabase()
    const database = kysely.$extendTables<AgentTables>()
    await migrateAgentTables(database, dialect)
    const clock = new SimClock()
    return { database, clock, audit: createAudit(database, clock, new SimRandom(1)) }
  }

  /** So many rows at once, as if each had been recorded a millisecond after the other. */
  async function fill(database: Awaited<ReturnType<typeof openWorld>>['database'], action: AuditAction, count: number) {
    const empty = { actor_id: null, actor_name: '', actor_email: '', subject: '', address_key: '', changes: '[]' }
    const rows = Array.from({ length: count }, (_, index) => ({
      ...{
        ...empty,
        org_id: orgA,
        action,
        at_ms: index,
        id: `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`,
      },
    }))
    if (action === 'login_failed') for (const row of rows) row.id = row.id.replace('-8', '-9')
    while (rows.length > 0) await database.insertInto('agent_audit').values(rows.splice(0, 1_000)).execute()
  }

  it('[AL6] keeps the newest 10,000 acts of an organisation, and apart from them 1,000 failed logins', async () => {
    const { database, clock, audit } = await openWorld()
    await fill(database, 'login', limits.auditEntries)
    await fill(database, 'login_failed', limits.auditFailedLogins)
    await clock.advance(1_000)
    await audit.record({ orgId: orgB, actorId: undefined, action: 'login' }, 'b')
    const countOf = async (action: string) =>
      (await database.selectFrom('agent_audit').select('id').where('action', '=', action).execute()).length
    expect(await countOf('login')).toBe(limits.auditEntries + 1)
    for (let count = 0; count < 3; count += 1)
      await audit.record({ orgId: orgA, actorId: undefined, action: 'login_failed' }, 'a')
    expect(await countOf('login_failed')).toBe(limits.auditFailedLogins)
    expect(await countOf('login')).toBe(limits.auditEntries + 1)
    await clock.advance(1)
    await audit.record({ orgId: orgA, actorId: undefined, action: 'logout' }, 'a')
    expect(await countOf('login')).toBe(limits.auditEntries)
    expect((await audit.list(orgA, undefined, 1)).entries).toMatchObject([{ action: 'logout', addressKey: 'a' }])
    expect((await audit.list(orgB, undefined, 50)).entries).toMatchObject([{ action: 'login', addressKey: 'b' }])
  })

  it('[AL7] leaves the act as it is where the record cannot be written, and says so in the log', async () => {
    const { database, audit } = await openWorld()
    await database.schema.dropTable('agent_audit').execute()
    const lines: object[] = []
    const recordAudit = createRecordAudit({
      ...{ audit, addressKey: createAddressKey(new Uint8Array(32)) },
      findAddress: () => ({ key: '203.0.113.9', isLimited: true }),
    })
    const log = { error: (line: object) => lines.push(line) }
    const request = { log } as unknown as Parameters<typeof recordAudit>[0]
    await recordAudit(request, { orgId: orgA, actorId: 'u1', action: 'member_removed', subject: 'a secret' })
    expect(lines).toMatchObject([{ event: 'audit-failed', action: 'member_removed', orgId: orgA, actorId: 'u1' }])
    expect(JSON.stringify(lines)).not.toContain('203.0.113.9')
  })
})

describe('the key of an address', () => {
  it('[AL8] is another one for another address, organisation or installation', () => {
    const keyOf = createAddressKey(new Uint8Array(32))
    const keys = [
      keyOf(orgA, '203.0.113.9'),
      keyOf(orgA, '203.0.113.8'),
      keyOf(orgB, '203.0.113.9'),
      createAddressKey(new Uint8Array(32).fill(1))(orgA, '203.0.113.9'),
    ]
    expect(new Set(keys).size).toBe(4)
    expect(keyOf(orgA, '203.0.113.9')).toBe(keys[0])
  })
})
