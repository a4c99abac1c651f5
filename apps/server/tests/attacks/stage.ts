import { createServer } from 'node:http'
import { join } from 'node:path'
import { asRecord, asString, defaultWidgetConfig, type OrgId } from '@helvino/protocol'
import { systemClock, systemRandom } from '@helvino/runtime/system-node'
import type { AgentTables } from '../../src/auth/agent-tables.ts'
import { openAgents } from '../../src/auth/agents.ts'
import { type KeyRing, openKeyRing } from '../../src/auth/key-ring.ts'
import { orgRow } from '../../src/store/rows.ts'
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts'
import { type AgentLogin, call, logIn, type Visitor } from '../api-client.ts'
import { SocketClient } from '../socket-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from '../spawn-server.ts'

const password = 'a-password-of-the-test'

export interface Login {
  readonly email: string
  readonly password: string
}

/** One of the two organisations, with everything that the other must never see, touch or count. */
export interface Tenant {
  readonly id: OrgId
  readonly key: string
  readonly siteId: string
  /** Stands in everything that this organisation has stored: nobody else may ever read it. */
  readonly mark: string
  readonly owner: AgentLogin
  readonly admin: AgentLogin
  readonly adminLogin: Login
  readonly agent: AgentLogin
  readonly agentLogin: Login
  readonly visitors: readonly [Visitor, Visitor, Visitor]
  readonly messageId: string
  readonly noteId: string
  readonly replyId: string
  readonly invitationId: string
  readonly publicVisitorId: string
}

/** Addresses that the server must never ask for anything. */
export interface Canary {
  readonly url: string
  hits(): number
}

export interface Stage {
  readonly server: SpawnedServer
  readonly url: string
  /** Whoever attacks is one of these, or nobody. */
  readonly ours: Tenant
  readonly theirs: Tenant
  /** What the server signs with: an attack may hold a real signature over wrong claims. */
  readonly keyRing: KeyRing
  readonly canary: Canary
  /** Frames that the other organisation's agent and visitor have got since the stage was set. */
  foreignFrames(): number
  close(): Promise<void>
}

interface NewTenant {
  readonly id: OrgId
  readonly name: string
  readonly owner: Login
  readonly admin: Login
  readonly agent: Login
}

async function putTenants({ url, dataFolder }: SpawnedServer, tenants: readonly NewTenant[]): Promise<void> {
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
  for (const { id, name, owner, admin, agent } of tenants) {
    const org = { id, key: `key_${name}`, siteId: `site_${name}`, name, config: defaultWidgetConfig }
    const row = orgRow({ ...org, enabled: true, allowedOrigins: [`https://${name}.example`], validFromMs: 0 })
    await kysely.insertInto('orgs').values(row).execute()
    await agents.putAgent({ ...owner, name: `Owner of ${name}`, orgId: id, role: 'owner' })
    await agents.putAgent({ ...admin, name: `Admin of ${name}`, orgId: id, role: 'admin' })
    await agents.putAgent({ ...agent, name: `Agent of ${name}`, orgId: id, role: 'agent' })
  }
  database.close()
}

/** A visitor with a token, and a conversation with one message. */
export async function visitorOf(url: string, orgKey: string, text: string): Promise<Visitor> {
  const secret = `v_${crypto.randomUUID()}`
  const asked = { 'x-org-key': orgKey, 'x-visitor-id': secret }
  const token = asString((await call(`${url}/api/bootloader`, { headers: asked })).body['orgToken']) ?? ''
  const headers = { ...asked, 'x-org-token': token }
  const conversationId = asString((await call(`${url}/conversations`, { method: 'POST', headers })).body['id']) ?? ''
  await call(`${url}/conversations/${conversationId}/messages`, { headers, body: { role: 'user', content: text } })
  return { secret, token, conversationId, headers }
}

const stringAt = (value: unknown, name: string): string => asString(asRecord(value)?.[name]) ?? ''

async function furnish(url: string, tenant: NewTenant): Promise<Tenant> {
  const { id, name, admin: adminLogin, agent: agentLogin } = tenant
  const key = `key_${name}`
  const mark = `only-${name}-may-read-this`
  const owner = await logIn(url, tenant.owner)
  const admin = await logIn(url, adminLogin)
  const agent = await logIn(url, agentLogin)
  const visitors = [
    await visitorOf(url, key, `${mark} one`),
    await visitorOf(url, key, `${mark} two`),
    await visitorOf(url, key, `${mark} three`),
  ] as const
  const [first] = visitors
  const ask = (path: string, method: 'GET' | 'POST' | 'PUT', body?: object) =>
    call(`${url}${path}`, { method, headers: admin.headers, ...(body && { body }) })
  const conversation = `/api/agent/conversations/${first.conversationId}`
  const said = await ask(`${conversation}/messages`, 'POST', { content: `${mark} answer`, clientMessageId: 'answer-1' })
  const note = await ask(`${conversation}/notes`, 'POST', { content: `${mark} note`, clientNoteId: 'note-1' })
  const replyId = `reply-${name}`
  await ask(`/api/agent/replies/${replyId}`, 'PUT', { shortcut: `hi-${name}`, content: `${mark} reply` })
  const invitation = await ask('/api/agent/team/invitations', 'POST', { email: `new@${name}.example`, role: 'agent' })
  await call(`${url}/api/visitor`, { method: 'PUT', headers: first.headers, body: { name: `${mark} name` } })
  const { body: seen } = await ask(`${conversation}/visitor`, 'GET')
  return {
    ...{ id, key, siteId: `site_${name}`, mark, owner, admin, adminLogin, agent, agentLogin, visitors, replyId },
    messageId: stringAt(said.body, 'id'),
    noteId: stringAt(note.body, 'id'),
    invitationId: stringAt(invitation.body, 'id'),
    publicVisitorId: stringAt(seen['visitor'], 'visitorId'),
  }
}

function openKeys(folder: string): KeyRing {
  const opening = openKeyRing({
    ...{ folder, pinned: undefined, clock: systemClock, random: systemRandom },
    onProblem: (message) => {
      throw new Error(message)
    },
  })
  if (opening.kind !== 'ok') throw new Error(opening.message)
  return opening.keyRing
}

async function openCanary(): Promise<Canary & { readonly close: () => void }> {
  let hits = 0
  const listener = createServer((_request, response) => {
    hits += 1
    response.end('asked')
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const address = listener.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { url: `http://127.0.0.1:${String(port)}`, hits: () => hits, close: () => listener.close() }
}

const login = (name: string, who: string): Login => ({ email: `${who}@${name}.example`, password })
const tenant = (name: string): NewTenant => ({
  ...{ id: `org_${name}` as OrgId, name },
  ...{ owner: login(name, 'owner'), admin: login(name, 'admin'), agent: login(name, 'agent') },
})

/** The built server as a process of its own, with two organisations that know nothing of each other. */
export async function setStage(env: Readonly<Record<string, string>> = {}): Promise<Stage> {
  buildServer()
  const server = await spawnServer({ env })
  const { url } = server
  const tenants = [tenant('ours'), tenant('theirs')] as const
  await putTenants(server, tenants)
  const ours = await furnish(url, tenants[0])
  const theirs = await furnish(url, tenants[1])
  const canary = await openCanary()
  const witnesses = [new SocketClient(url), new SocketClient(url)] as const
  await witnesses[0].hello({ agentToken: theirs.admin.token })
  await witnesses[1].hello({ orgToken: theirs.visitors[0].token }, [
    { id: theirs.visitors[0].conversationId, after: 0 },
  ])
  // What they missed is no news: the visitor has one message of their own and one answer.
  await witnesses[1].until(() => witnesses[1].messages().length === 2)
  const seenFrames = () => witnesses.reduce((sum, { frames }) => sum + frames.length, 0)
  const before = seenFrames()
  return {
    ...{ server, url, ours, theirs, canary },
    keyRing: openKeys(server.dataFolder),
    foreignFrames: () => seenFrames() - before,
    async close() {
      for (const witness of witnesses) witness.close()
      canary.close()
      await server.remove()
    },
  }
}
