import type { OrgId } from '@helvino/protocol'
import { SimClock, SimRandom } from '@helvino/testkit'
import { getMigrations } from 'better-auth/db/migration'
import { twoFactor } from 'better-auth/plugins/two-factor'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestPostgres } from '../../tests/postgres-databases.ts'
import { type PostgresServer, startPostgres } from '../../tests/postgres-server.ts'
import { openTestSqlite } from '../../tests/sqlite-stores.ts'
import type { OpenedDatabase } from '../store/opened-database.ts'
import { createRunWork } from '../store/sqlite/run-work.ts'
import { prepareFindAgentRole } from './agent-role.ts'
import type { AgentTables } from './agent-tables.ts'
import { openAgents } from './agents.ts'

let postgres: PostgresServer

beforeAll(async () => {
  postgres = await startPostgres()
}, 60_000)
afterAll(() => postgres.remove())

type Database = Pick<OpenedDatabase, 'dialect' | 'kysely' | 'read'>

async function openSqliteDatabase(): Promise<Database> {
  const { database, kysely } = openTestSqlite()
  const runWork = createRunWork(database)
  return { dialect: 'sqlite', kysely, read: async (work) => runWork(work) }
}
const openPostgresDatabase = async (): Promise<Database> => openTestPostgres(await postgres.createDatabase())

const ann = {
  email: 'ann@shop.example',
  name: 'Ann',
  password: 'correct-horse-battery',
  orgId: 'org_a' as OrgId,
  role: 'agent',
} as const

const cookieOf = (setCookies: readonly string[]) => setCookies.map((value) => value.split(';')[0]).join('; ')

describe.each([
  ['SQLite', openSqliteDatabase],
  ['PostgreSQL', openPostgresDatabase],
])('agents in %s', (_name, openDatabase) => {
  async function openWorld(ownOrigin = 'http://127.0.0.1:4000') {
    const { dialect, kysely, read } = await openDatabase()
    const database = kysely.$extendTables<AgentTables>()
    const agents = await openAgents({ database, dialect, ownOrigin, clock: new SimClock(), random: new SimRandom(1) })
    return { database, dialect, read, agents }
  }

  it('[AG16] makes every table and column that the login library asks for', async () => {
    const { database, dialect } = await openWorld()
    const plan = await getMigrations({
      database: { db: database, type: dialect },
      emailAndPassword: { enabled: true },
      plugins: [twoFactor()],
    })
    expect([plan.toBeCreated, plan.toBeAdded, plan.toBeAddedIndexes]).toEqual([[], [], []])
  })

  it('[AG17] gives an agent the session of their own organisation and role', async () => {
    const { agents } = await openWorld()
    await agents.putAgent(ann)
    const login = await agents.logIn(ann)
    expect(login).toMatchObject({ kind: 'granted', agent: { orgId: 'org_a', role: 'agent', email: ann.email } })
    const cookie = cookieOf(login.kind === 'granted' ? login.setCookies : [])
    expect(await agents.findSession(cookie)).toMatchObject({ kind: 'found', session: { orgId: 'org_a' } })
  })

  it('[AG18] on https names the cookie __Host- and marks it Secure, HttpOnly and for the whole host', async () => {
    const { agents } = await openWorld('https://chat.example')
    await agents.putAgent(ann)
    const login = await agents.logIn(ann)
    const [cookie = ''] = login.kind === 'granted' ? login.setCookies : []
    expect(cookie).toMatch(/^__Host-helvino\.session=/)
    for (const attribute of [/; Secure/i, /; HttpOnly/i, /; Path=\/(;|$)/i, /; SameSite=Lax/i])
      expect(cookie).toMatch(attribute)
    expect(cookie).not.toMatch(/Domain=/i)
  })

  it('[AG19] ends every session of an agent whose password is set again, and the old password', async () => {
    const { agents } = await openWorld()
    await agents.putAgent(ann)
    const login = await agents.logIn(ann)
    const cookie = cookieOf(login.kind === 'granted' ? login.setCookies : [])
    await agents.putAgent({ ...ann, password: 'another-long-password' })
    expect(await agents.findSession(cookie)).toEqual({ kind: 'none' })
    expect(await agents.logIn(ann)).toEqual({ kind: 'refused' })
  })

  it('[AG20] refuses somebody who answers for no organisation', async () => {
    const { database, agents } = await openWorld()
    await agents.putAgent(ann)
    const login = await agents.logIn(ann)
    const cookie = cookieOf(login.kind === 'granted' ? login.setCookies : [])
    await database.deleteFrom('agent_memberships').execute()
    expect(await agents.findSession(cookie)).toEqual({ kind: 'none' })
    expect(await agents.logIn(ann)).toEqual({ kind: 'refused' })
  })

  it('[AG22] knows an agent’s role as long as the login and the membership last', async () => {
    const { database, read, agents } = await openWorld()
    const findRole = prepareFindAgentRole(database, read)
    await agents.putAgent(ann)
    const login = await agents.logIn(ann)
    const cookie = cookieOf(login.kind === 'granted' ? login.setCookies : [])
    const found = await agents.findSession(cookie)
    if (found.kind !== 'found') throw new Error(found.kind)
    const nowMs = Date.parse('2000-01-01T00:00:00Z')
    const roleOf = (more: object = {}) => findRole({ ...found.session, nowMs, ...more })
    expect(await roleOf()).toBe('agent')
    const strangers = [
      { sessionId: 'x' },
      { userId: 'x' },
      { orgId: 'org_b' },
      { nowMs: nowMs + 100 * 365 * 86_400_000 },
    ]
    expect(await Promise.all(strangers.map(roleOf))).toEqual([undefined, undefined, undefined, undefined])
    await database.updateTable('agent_memberships').set({ role: 'admin' }).execute()
    expect(await roleOf()).toBe('admin')
    await agents.logOut(cookie)
    expect(await roleOf()).toBeUndefined()
  })

  it('[AG33] leaves no session to whoever has the right password and is no member', async () => {
    const { database, agents } = await openWorld()
    await agents.putAgent(ann)
    await database.deleteFrom('agent_memberships').execute()
    expect(await agents.logIn(ann)).toEqual({ kind: 'refused' })
    expect(await database.selectFrom('session').select('id').execute()).toEqual([])
  })

  it('[AG34] takes a demand for two-factor login along where all members move to another organisation', async () => {
    const { database, agents } = await openWorld()
    await agents.putAgent(ann)
    await database.insertInto('agent_two_factor_demands').values({ org_id: 'org_a' }).execute()
    await agents.moveMembers('org_a' as OrgId, 'org_b' as OrgId)
    expect(await agents.twoFactorDemand.isMade('org_b' as OrgId)).toBe(true)
    expect(await agents.twoFactorDemand.isMade('org_a' as OrgId)).toBe(false)
  })

  it('[TW12] ends the logins of a member who has turned their second factor off while it was being demanded, and no others', async () => {
    const { database, agents } = await openWorld()
    const putTwoFactor = (isOn: boolean) =>
      sql`UPDATE "user" SET "twoFactorEnabled" = ${isOn ? sql`true` : sql`false`}`.execute(database)
    const sessionsLeft = async () => {
      await agents.twoFactorDemand.enforce(ann.orgId, (await agents.findMember(ann.email))?.userId ?? '')
      return (await database.selectFrom('session').select('id').execute()).length
    }
    await agents.putAgent(ann)
    await agents.logIn(ann)
    expect(await sessionsLeft()).toBe(1)
    await database.insertInto('agent_two_factor_demands').values({ org_id: ann.orgId }).execute()
    await putTwoFactor(true)
    expect(await sessionsLeft()).toBe(1)
    await putTwoFactor(false)
    expect(await sessionsLeft()).toBe(0)
  })

  it('[AG23] leaves an agent one membership, the latest', async () => {
    const { database, agents } = await openWorld()
    await agents.putAgent(ann)
    await agents.putAgent({ ...ann, orgId: 'org_b' as OrgId, role: 'admin' })
    const memberships = await database.selectFrom('agent_memberships').select(['org_id', 'role']).execute()
    expect(memberships).toEqual([{ org_id: 'org_b', role: 'admin' }])
  })

  it('[AG21] keeps its cookie secret: a session outlives the process', async () => {
    const { database, dialect, agents } = await openWorld()
    await agents.putAgent(ann)
    const login = await agents.logIn(ann)
    const cookie = cookieOf(login.kind === 'granted' ? login.setCookies : [])
    const again = await openAgents({
      database,
      dialect,
      ownOrigin: 'http://127.0.0.1:4000',
      clock: new SimClock(),
      random: new SimRandom(2),
    })
    expect(await again.findSession(cookie)).toMatchObject({ kind: 'found' })
  })
})
