import { limits, type OrgId } from '@helvino/protocol'
import { SimClock, SimRandom } from '@helvino/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestPostgres } from '../../tests/postgres-databases.ts'
import { type PostgresServer, startPostgres } from '../../tests/postgres-server.ts'
import { openTestSqlite } from '../../tests/sqlite-stores.ts'
import type { OpenedDatabase } from '../store/opened-database.ts'
import { type AgentTables, migrateAgentTables } from './agent-tables.ts'
import { openAgents } from './agents.ts'
import { createInvitations } from './invitations.ts'
import { createTeam } from './team.ts'

let postgres: PostgresServer

beforeAll(async () => {
  postgres = await startPostgres()
}, 60_000)
afterAll(() => postgres.remove())

type Database = Pick<OpenedDatabase, 'dialect' | 'kysely'>

const openSqliteDatabase = (): Promise<Database> =>
  Promise.resolve({ dialect: 'sqlite', kysely: openTestSqlite().kysely })
const openPostgresDatabase = async (): Promise<Database> => openTestPostgres(await postgres.createDatabase())

const orgId = 'org_a' as OrgId
const password = 'correct-horse-battery'
const root = { userId: 'root', role: 'owner' } as const

describe.each([
  ['SQLite', openSqliteDatabase],
  ['PostgreSQL', openPostgresDatabase],
])('the team in %s', (_name, openDatabase) => {
  async function openWorld() {
    const { dialect, kysely } = await openDatabase()
    const database = kysely.$extendTables<AgentTables>()
    const random = new SimRandom(1)
    const clock = new SimClock()
    const agents = await openAgents({ database, dialect, ownOrigin: 'http://127.0.0.1:4000', clock, random })
    const invitations = createInvitations({ database, dialect, agents, clock, random })
    return { database, clock, agents, invitations, team: createTeam({ database, dialect }) }
  }

  it('[TEA10] keeps one of two owners who remove, or demote, each other at once', async () => {
    const { agents, team } = await openWorld()
    for (let round = 0; round < 5; round += 1) {
      for (const name of ['ann', 'bob'])
        await agents.putAgent({ ...{ email: `${name}@shop.example`, name, password, orgId, role: 'owner' } })
      const [ann, bob] = (await team.listMembers(orgId)).map(({ userId }) => userId)
      const outcomes = await Promise.all([
        team.removeMember(orgId, ann ?? '', 'owner'),
        round % 2 ? team.removeMember(orgId, bob ?? '', 'owner') : team.setRole(orgId, bob ?? '', 'agent', 'owner'),
      ])
      expect(outcomes.toSorted()).toEqual(['changed', 'last-owner'])
      expect((await team.listMembers(orgId)).filter(({ role }) => role === 'owner')).toHaveLength(1)
    }
    expect(await team.removeMember('org_b' as OrgId, 'nobody', 'owner')).toBe('no-member')
  })

  it('[TEA14] gives an organisation that is older than owners one: whose account as an admin is the oldest', async () => {
    const { dialect, kysely } = await openDatabase()
    const database = kysely.$extendTables<AgentTables>()
    const agents = await openAgents({
      ...{ database, dialect, ownOrigin: 'http://127.0.0.1:4000', clock: new SimClock(), random: new SimRandom(1) },
    })
    const people = ['ann', 'bob', 'cleo'].map((name) => ({ email: `${name}@shop.example`, name, password, orgId }))
    for (const person of people) await agents.putAgent({ ...person, role: 'agent' })
    await agents.putAgent({ email: 'dan@b.example', name: 'dan', password, orgId: 'org_b' as OrgId, role: 'agent' })
    const userIds = await database.selectFrom('agent_memberships').selectAll().execute()
    const oldCheck = `role text NOT NULL CHECK (role IN ('admin', 'agent'))`
    for (const statement of [
      'DROP TABLE agent_memberships',
      'DROP TABLE agent_invitations',
      `CREATE TABLE agent_memberships (user_id text NOT NULL PRIMARY KEY REFERENCES "user" ("id") ON DELETE CASCADE,
        org_id text NOT NULL, ${oldCheck})`,
      `CREATE TABLE agent_invitations (id text NOT NULL PRIMARY KEY, org_id text NOT NULL, email text NOT NULL, ${oldCheck},
        token_hash text NOT NULL UNIQUE, created_at_ms bigint NOT NULL, expires_at_ms bigint NOT NULL, UNIQUE (org_id, email))`,
      `INSERT INTO agent_invitations VALUES ('i1', 'org_a', 'eve@shop.example', 'admin', 'hash', 1, 2)`,
    ])
      await sql.raw(statement).execute(database)
    await database.insertInto('agent_memberships').values(userIds).execute()
    await sql`UPDATE agent_memberships SET role = 'admin' WHERE user_id IN
      (SELECT id FROM "user" WHERE email <> 'ann@shop.example' AND email LIKE '%shop.example')`.execute(database)
    await sql`UPDATE "user" SET "createdAt" = '2020-01-01T00:00:00.000Z' WHERE email = 'cleo@shop.example'`.execute(
      database,
    )

    await migrateAgentTables(database, dialect)
    const team = createTeam({ database, dialect })
    const rolesOf = async (org: OrgId) => (await team.listMembers(org)).map(({ name, role }) => `${name} ${role}`)
    expect(await rolesOf(orgId)).toEqual(['ann agent', 'bob admin', 'cleo owner'])
    // Nobody rises above what the organisation has.
    expect(await rolesOf('org_b' as OrgId)).toEqual(['dan agent'])
    expect(await database.selectFrom('agent_invitations').select(['id', 'role']).execute()).toEqual([
      { id: 'i1', role: 'admin' },
    ])
    const bob = (await team.listMembers(orgId)).find(({ name }) => name === 'bob')?.userId ?? ''
    expect(await team.setRole(orgId, bob, 'owner', 'owner')).toBe('changed')
    await migrateAgentTables(database, dialect)
    expect(await rolesOf(orgId)).toEqual(['ann agent', 'bob owner', 'cleo owner'])
  })

  it('[TEA15] takes back with a removal, or a lower role, the invitations that they could not make any more', async () => {
    const { agents, invitations, team } = await openWorld()
    for (const name of ['ann', 'bob', 'cleo'])
      await agents.putAgent({ ...{ email: `${name}@shop.example`, name, password, orgId, role: 'owner' } })
    const [ann = '', bob = '', cleo = ''] = (await team.listMembers(orgId)).map(({ userId }) => userId)
    for (const role of ['owner', 'admin', 'agent'] as const)
      for (const [name, userId] of Object.entries({ ann, bob, cleo }))
        await invitations.invite(orgId, `${role}-of-${name}@shop.example`, role, { userId, role: 'owner' })
    const open = async () =>
      (await invitations.list(orgId)).map(({ email }) => email.replace('@shop.example', '')).sort()
    await team.setRole(orgId, bob, 'admin', 'owner')
    expect((await open()).filter((each) => each.endsWith('bob'))).toEqual(['admin-of-bob', 'agent-of-bob'])
    await team.setRole(orgId, bob, 'agent', 'owner')
    await team.removeMember(orgId, cleo, 'owner')
    expect(await open()).toEqual(['admin-of-ann', 'agent-of-ann', 'owner-of-ann'])
  })

  it('[TEA16] leaves an invitation of an owner as an owner to owners', async () => {
    const { invitations } = await openWorld()
    const admin = { userId: 'admin', role: 'admin' } as const
    const email = 'ann@shop.example'
    const invited = await invitations.invite(orgId, email, 'owner', root)
    if (invited.kind !== 'invited') throw new Error(invited.kind)
    expect(await invitations.invite(orgId, email, 'agent', admin)).toEqual({ kind: 'outranked' })
    expect(await invitations.withdraw(orgId, invited.invitation.id, admin)).toBeUndefined()
    expect(await invitations.find(invited.token)).toMatchObject({ role: 'owner' })
    expect(await invitations.withdraw(orgId, invited.invitation.id, root)).toBe(email)
  })

  it('[TEA17] forgets with a removal the password and the second factor; who is invited again begins anew', async () => {
    const { agents, database, invitations, team } = await openWorld()
    await agents.putAgent({ ...{ email: 'ann@shop.example', name: 'Ann', password, orgId, role: 'agent' } })
    const [ann] = await team.listMembers(orgId)
    await team.removeMember(orgId, ann?.userId ?? '', 'owner')
    expect(await database.selectFrom('account').select('id').execute()).toEqual([])
    expect(await agents.logIn({ email: 'ann@shop.example', password })).toEqual({ kind: 'refused' })
    const invited = await invitations.invite(orgId, 'ann@shop.example', 'agent', root)
    if (invited.kind !== 'invited') throw new Error(invited.kind)
    const next = 'another-horse-battery'
    expect(await invitations.accept(invited.token, 'Ann', next)).toMatchObject({ kind: 'joined' })
    expect(await agents.logIn({ email: 'ann@shop.example', password: next })).toMatchObject({ kind: 'granted' })
  })

  it('[TEA11] keeps of an invitation a hash, for seven days, and leaves a member’s account alone', async () => {
    const { database, clock, agents, invitations } = await openWorld()
    const invited = await invitations.invite(orgId, 'ann@shop.example', 'agent', root)
    if (invited.kind !== 'invited') throw new Error(invited.kind)
    const { token } = invited
    expect(JSON.stringify(await database.selectFrom('agent_invitations').selectAll().execute())).not.toContain(token)
    await clock.advance(limits.invitationMs - 1)
    expect(await invitations.find(token)).toMatchObject({ email: 'ann@shop.example' })
    await agents.putAgent({
      ...{ email: 'ann@shop.example', name: 'Ann', password, orgId: 'org_b' as OrgId, role: 'admin' },
    })
    expect(await invitations.accept(token, 'Mallory', 'another-long-password')).toEqual({ kind: 'taken' })
    expect(await agents.logIn({ email: 'ann@shop.example', password })).toMatchObject({
      agent: { orgId: 'org_b', name: 'Ann' },
    })
    expect(await invitations.invite(orgId, 'ann@shop.example', 'agent', root)).toEqual({ kind: 'address-taken' })
    await clock.advance(1)
    expect(await invitations.find(token)).toBeUndefined()
    expect(await invitations.accept(token, 'Ann', password)).toEqual({ kind: 'unknown' })
    expect(await invitations.list(orgId)).toEqual([])
  })

  it('[TEA12] gives an address that two organisations invite to one of them, with the password that was given there', async () => {
    const { agents, invitations } = await openWorld()
    const offers = [
      { org: orgId, password: 'the-password-of-the-first' },
      { org: 'org_b' as OrgId, password: 'the-password-of-the-second' },
    ] as const
    for (let round = 0; round < 5; round++) {
      const email = `both${String(round)}@shop.example`
      const accept = async ({ org, password: wanted }: (typeof offers)[number]) => {
        const invited = await invitations.invite(org, email, 'agent', root)
        return invited.kind === 'invited' ? () => invitations.accept(invited.token, 'Both', wanted) : undefined
      }
      const accepting = [await accept(offers[0]), await accept(offers[1])]
      const accepted = await Promise.all(accepting.flatMap((each) => (each ? [each()] : [])))
      const results = accepted.map(({ kind }) => kind)
      expect([...results].sort()).toEqual(['joined', 'taken'])
      const [winner, loser] = results[0] === 'joined' ? offers : ([offers[1], offers[0]] as const)
      expect(await agents.logIn({ email, password: winner.password })).toMatchObject({ agent: { orgId: winner.org } })
      expect(await agents.logIn({ email, password: loser.password })).toEqual({ kind: 'refused' })
    }
  })

  it('[IX5] keeps no more open invitations than there may be, however many come at once', async () => {
    const { invitations } = await openWorld()
    const inviteAll = (org: OrgId) =>
      Promise.all(
        Array.from({ length: 60 }, (_, index) =>
          invitations.invite(org, `a${String(index)}@shop.example`, 'agent', root),
        ),
      )
    const [ours, theirs] = await Promise.all([inviteAll(orgId), inviteAll('org_b' as OrgId)])
    for (const results of [ours, theirs]) {
      expect(results.filter(({ kind }) => kind === 'invited')).toHaveLength(limits.openInvitations)
      expect(results.filter(({ kind }) => kind === 'too-many')).toHaveLength(60 - limits.openInvitations)
    }
    const open = await invitations.list(orgId)
    expect(open).toHaveLength(limits.openInvitations)
    const again = await Promise.all([1, 2, 3].map(() => invitations.invite(orgId, open[0]?.email ?? '', 'admin', root)))
    expect(again.map(({ kind }) => kind)).toEqual(['invited', 'invited', 'invited'])
    expect(await invitations.list(orgId)).toHaveLength(limits.openInvitations)
  })
})
