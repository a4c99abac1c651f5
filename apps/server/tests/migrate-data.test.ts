import { join } from 'node:path'
import type { ClientMessageId, PublicVisitorId } from '@helvino/protocol'
import { systemClock, systemRandom } from '@helvino/runtime/system-node'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { orgLike } from '../src/store/contract-suite.ts'
import { openSqliteDatabase } from '../src/store/sqlite/sqlite-database.ts'
import { call, fetchToken, logIn, openVisitor, postText } from './api-client.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { startCommand } from './run-command.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'
import { testFolder } from './test-folder.ts'

const servers: SpawnedServer[] = []
let postgres: PostgresServer

async function start(options: Parameters<typeof spawnServer>[0]): Promise<SpawnedServer> {
  const server = await spawnServer(options)
  servers.push(server)
  return server
}

beforeAll(async () => {
  buildServer()
  postgres = await startPostgres()
})
afterAll(async () => {
  for (const server of servers) await server.remove()
  await postgres.remove()
})

const move = (dataFolder: string, url: string | undefined) =>
  startCommand(['migrate-data'], {
    env: { HELVINO_DATA_DIR: dataFolder, ...(url === undefined ? {} : { DATABASE_URL: url }) },
  })

/** An installation of one organisation with so many conversations of so many messages. */
async function fillFile(dataFolder: string, conversations: number, messagesEach: number): Promise<void> {
  const opening = openSqliteDatabase(join(dataFolder, 'helvino.db'))
  if (opening.kind !== 'opened') throw new Error(opening.message)
  const { database } = opening
  const store = database.createStore({
    clock: systemClock,
    random: systemRandom,
    onFailing: (error) => {
      throw error
    },
  })
  const org = orgLike('a')
  await store.putOrg(org)
  const ours = store.ofOrg(org.id)
  for (let visitor = 0; visitor < conversations; visitor += 1) {
    const opened = await ours.openConversation({
      ...{ visitorId: `p_${visitor}` as PublicVisitorId, visitorHash: `hash_${visitor}` },
      ...{ idempotencyKey: `k${visitor}`, nowMs: 1_000 },
    })
    if (opened.kind !== 'opened') throw new Error(opened.kind)
    await Promise.all(
      Array.from({ length: messagesEach }, (_, index) =>
        ours.appendMessage({
          ...{ conversationId: opened.conversation.id, visitorId: undefined, authorId: index % 3 ? undefined : 'u1' },
          ...{ role: index % 3 ? 'user' : 'agent', nowMs: 2_000 + index },
          content: `m${index} "quoted" \\ {braces} \u{1F600} ünï`,
          clientMessageId: index % 5 ? (`c${index}` as ClientMessageId) : undefined,
        }),
      ),
    )
  }
  await ours.rememberRefusedOrigin('https://shop.example', 3_000)
  await store.close()
  await database.close()
}

const columnsOf =
  'org_id, conversation_id, sequence, id, role, kind, author_id, content, client_message_id, created_at_ms'

function messagesInFile(dataFolder: string): unknown[] {
  const database = new Sqlite(join(dataFolder, 'helvino.db'), { readonly: true })
  const rows = database.prepare(`SELECT ${columnsOf} FROM messages ORDER BY id`).all()
  database.close()
  return rows
}

const messagesIn = (url: string) =>
  postgres.run(
    `SELECT ${columnsOf.replace('sequence', 'sequence::integer').replace('created_at_ms', 'created_at_ms::integer')} FROM messages ORDER BY id COLLATE "C"`,
    url,
  )

describe('moving an installation to PostgreSQL', () => {
  it('[MV1] keeps conversations, visitors, logins and passwords: the server goes on where it was', async () => {
    const before = await start({})
    const visitor = await openVisitor(before.url)
    for (const content of ['one', 'two', 'three'])
      await postText(before.url, visitor, content, { clientMessageId: content })
    const agent = await logIn(before.url, before.admin)
    const path = `/api/agent/conversations/${visitor.conversationId}`
    const kept = async (of: string) => {
      const paths = [`${path}/notes`, '/api/agent/replies', '/api/agent/team', '/api/agent/installation']
      const read = await Promise.all(paths.map((each) => call(of + each, { headers: agent.headers })))
      return read.map(({ body }) => body)
    }
    const { headers } = agent
    await call(`${before.url}${path}/assign`, { headers, body: { userId: agent.userId } })
    await call(`${before.url}${path}/notes`, { headers, body: { content: 'ünï "note"', clientNoteId: 'n1' } })
    const hello = { shortcut: 'hello', content: 'Hello!' }
    await call(`${before.url}/api/agent/replies/r1`, { method: 'PUT', headers, body: hello })
    const invitation = { email: 'ida@shop.example', role: 'agent' }
    const invited = await call(`${before.url}/api/agent/team/invitations`, { headers, body: invitation })
    await call(`${before.url}/api/bootloader`, { headers: { 'x-org-key': 'demo', origin: 'http://localhost:3000' } })
    const keptBefore = await kept(before.url)
    expect(JSON.stringify(keptBefore)).toMatch(/ünï.*hello.*ida@shop\.example.*localhost:3000/)
    await before.kill('SIGTERM')
    const url = await postgres.createDatabase()
    const { code, stdout, stderr } = await move(before.dataFolder, url).ended
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('verified messages of 1 conversations, read back')
    const after = await start({ env: { DATABASE_URL: url }, dataFolder: before.dataFolder })
    expect(await kept(after.url)).toEqual(keptBefore)
    expect((await call(`${after.url}/api/agent/counts`, { headers })).body).toMatchObject({ mine: 1 })
    const token = invited.body['token'] as string
    expect((await call(`${after.url}/api/invitation`, { headers: { 'x-invitation-token': token } })).status).toBe(200)
    // The visitor's token, the agent's login and token from before, and the password.
    expect((await postText(after.url, visitor, 'two', { clientMessageId: 'two' })).status).toBe(200)
    const posted = await postText(after.url, visitor, 'four')
    expect([posted.status, posted.body['sequence']]).toEqual([201, 4])
    expect((await call(`${after.url}/api/agent/session`, { headers: { cookie: agent.cookie } })).status).toBe(200)
    const read = await call(`${after.url}/api/agent/conversations/${visitor.conversationId}/messages?after=0`, {
      headers: agent.headers,
    })
    const contents = (read.body['messages'] as { readonly content: string }[]).map(({ content }) => content)
    expect(contents).toEqual(['one', 'two', 'three', 'four'])
    expect((await logIn(after.url, before.admin)).token).not.toBe('')
    expect(await fetchToken(after.url, visitor.secret)).not.toBe('')
    expect(after.admin).toBeUndefined()
  })

  it('[MV2] moves every message as it is, and refuses a database that holds data', async () => {
    const dataFolder = testFolder()
    await fillFile(dataFolder, 30, 100)
    const url = await postgres.createDatabase()
    const moved = await move(dataFolder, url).ended
    expect([moved.code, moved.stderr]).toEqual([0, ''])
    expect(moved.stdout).toContain('copying messages: 3000')
    expect(moved.stdout).toContain('verified messages of 30 conversations, read back')
    expect(await messagesIn(url)).toEqual(messagesInFile(dataFolder))
    const again = await move(dataFolder, url).ended
    expect(again.code).toBe(1)
    expect(again.stderr).toMatch(/^The database of DATABASE_URL already holds data .+\.\n$/)
    expect(await messagesIn(url)).toHaveLength(3_000)
  })

  it('[MV3] leaves the database empty where it is killed, and can be done again', async () => {
    const dataFolder = testFolder()
    await fillFile(dataFolder, 20, 500)
    const url = await postgres.createDatabase()
    const { child, ended } = move(dataFolder, url)
    child.stdout?.on('data', (text: string) => {
      if (text.includes('copying messages')) setTimeout(() => child.kill('SIGKILL'), 50)
    })
    expect((await ended).code).toBeNull()
    expect(await postgres.run('SELECT 1 FROM orgs', url)).toEqual([])
    expect((await move(dataFolder, url).ended).code).toBe(0)
    expect(await messagesIn(url)).toEqual(messagesInFile(dataFolder))
  })

  it('[MV4] finds what the database has changed, and leaves it empty', async () => {
    const dataFolder = testFolder()
    await fillFile(dataFolder, 3, 10)
    const url = await postgres.createDatabase()
    // The tables, empty: the first move makes them and finds no file.
    expect((await move(testFolder(), url).ended).stderr).toContain('There is no database')
    await postgres.run(
      `CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF NEW.sequence = 7 THEN NEW.content := NEW.content || '.'; END IF; RETURN NEW; END $$;
       CREATE TRIGGER spoil BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION spoil()`,
      url,
    )
    const spoilt = await move(dataFolder, url).ended
    expect(spoilt.code).toBe(1)
    expect(spoilt.stderr).toMatch(/^What was written into messages org_a \S+ is not what is read back\.\n$/)
    await postgres.run(
      `CREATE OR REPLACE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         RETURN CASE WHEN NEW.sequence = 10 THEN NULL ELSE NEW END; END $$`,
      url,
    )
    expect((await move(dataFolder, url).ended).stderr).toContain('is not what is read back')
    expect(await postgres.run('SELECT 1 FROM orgs', url)).toEqual([])
    await postgres.run('DROP TRIGGER spoil ON messages', url)
    expect((await move(dataFolder, url).ended).code).toBe(0)
  })

  it('[MV5] does not touch the file of a server that still runs, and says what is missing', async () => {
    const server = await start({})
    const url = await postgres.createDatabase()
    const busy = await move(server.dataFolder, url).ended
    expect([busy.code, busy.stderr]).toEqual([1, expect.stringContaining('stop the server first') as string])
    const visitor = await openVisitor(server.url)
    expect((await postText(server.url, visitor, 'still here')).status).toBe(201)
    const untold = await move(server.dataFolder, undefined).ended
    expect([untold.code, untold.stderr]).toEqual([1, expect.stringContaining('Set DATABASE_URL') as string])
  })
})
