import { systemRandom } from '@helvino/runtime/system-node'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type AgentPrincipal, createConversations } from '../../src/conversations/conversations.ts'
import { createLocalFanOut } from '../../src/fan-out/local.ts'
import { openTestPostgres } from '../postgres-databases.ts'
import { type PostgresProxy, type Reset, type ServerError, startPostgresProxy } from '../postgres-proxy.ts'
import { type PostgresServer, startPostgres } from '../postgres-server.ts'
import { PacedClock } from './paced-clock.ts'
import { expectWhole, org, post, type StoredRow, storedSql, visitorCalled } from './write-path.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
}, 60_000)
afterAll(() => server.remove())

const agent: AgentPrincipal = {
  kind: 'agent',
  orgId: org.id,
  userId: 'u',
  sessionId: 's',
  role: 'agent',
  issuedAtMs: 0,
  expiresAtMs: 1,
}

function connect(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url })
  onTestFinished(() => pool.end())
  return pool
}

/** The real write path, from the rules of conversations down to a real PostgreSQL, with what may fail in between. */
async function openWritePath(isMixed: boolean) {
  const url = await server.createDatabase()
  const proxy = await startPostgresProxy(url)
  onTestFinished(() => proxy.close())
  const clock = new PacedClock(20)
  const database = await openTestPostgres(proxy.url)
  const store = database.createStore({ clock, random: systemRandom, onFailing: () => undefined })
  onTestFinished(() => store.close())
  /** As another server sees it: what is committed. */
  const reader = connect(url)
  const announced: Promise<{ readonly id: string; readonly isStored: boolean }>[] = []
  const fanOut = createLocalFanOut((error) => {
    throw error
  })
  fanOut.subscribe((event) => {
    const message = 'message' in event ? event.message : undefined
    if (!message) return
    const found = reader.query('SELECT 1 FROM messages WHERE id = $1', [message.id])
    announced.push(found.then(({ rowCount }) => ({ id: message.id, isStored: rowCount === 1 })))
  })
  await store.putOrg(org)
  const conversations = createConversations({ store, fanOut, clock, random: systemRandom })
  const ann = await visitorCalled(conversations, 'ann')
  const bob = await visitorCalled(conversations, 'bob')
  const stored = async () =>
    (await reader.query<Omit<StoredRow, 'sequence'> & { sequence: string }>(storedSql)).rows.map((row) => ({
      ...row,
      sequence: Number(row.sequence),
    }))
  const counted = async () => {
    const { rows } = await reader.query<{ id: string; latest: string }>(
      'SELECT id, latest_sequence AS latest FROM conversations',
    )
    return new Map(rows.map(({ id, latest }) => [id, Number(latest)]))
  }
  /** Messages in one transaction, among another write or alone: alone they are asked for without waiting for each answer. */
  const write = (tag: string) =>
    Promise.all(
      [
        post(conversations, ann, `${tag} a`),
        isMixed
          ? conversations.resolveConversation(agent, ann.conversationId)
          : Promise.resolve({ kind: 'changed' } as const),
        post(conversations, bob, `${tag} b`),
        post(conversations, ann, `${tag} c`),
      ].map((one) => one.catch(String)),
    )
  const read = () => conversations.findConversation(agent, ann.conversationId)
  return { proxy, announced, stored, counted, write, read }
}

type WritePath = Awaited<ReturnType<typeof openWritePath>>

/** Writes while what `arm` prepares happens, then the same again. Answers whether it did happen. */
async function writeThrough(path: WritePath, where: string, arm: (proxy: PostgresProxy) => void): Promise<boolean> {
  const { proxy, announced, stored, counted, write, read } = path
  arm(proxy)
  const answers = await write(where)
  const hasHappened = !proxy.takeBack()
  const rows = await stored()
  expectWhole(rows, await counted(), where)
  const told = await Promise.all(announced)
  expect(
    told.filter(({ isStored }) => !isStored),
    where,
  ).toEqual([])
  for (const [n, answer] of answers.entries()) {
    if (typeof answer === 'string') throw new Error(`${where}: ${answer}`)
    const row = rows.find(({ key }) => key === `${where} ${'a-bc'[n] ?? ''}`)
    if (answer.kind === 'accepted') expect(row?.id, where).toBe(answer.message.id)
    if (answer.kind === 'refused') {
      expect(['unavailable', 'storage_full'], where).toContain(answer.code)
      // What nobody was told is stored is not announced either.
      expect(
        told.map(({ id }) => id),
        where,
      ).not.toContain(row?.id)
    }
  }
  // Through the same connections, or those that have taken their place.
  for (const answer of await write(where))
    expect(typeof answer === 'string' ? answer : answer.kind, where).toMatch(/^(?:accepted|changed)$/)
  expect((await read()).kind, where).toBe('found')
  expectWhole(await stored(), await counted(), where)
  expect(
    (await stored()).filter(({ key }) => key.startsWith(where)),
    where,
  ).toHaveLength(3)
  return hasHappened
}

const faults: readonly (readonly [string, Reset | ServerError])[] = [
  ['a serialisation failure', { code: '40001' }],
  ['a deadlock', { code: '40P01' }],
  ['a statement that took too long', { code: '57014' }],
  ['a full disk', { code: '53100' }],
  ['a disk that fails', { code: '58030' }],
  ['too many connections', { code: '53300' }],
  ['the word of an administrator', { code: '57P01', endsSession: true }],
  ['a connection that is lost before it', 'reset before it'],
  ['a connection that is lost after it', 'reset after it'],
]

describe('a write path on PostgreSQL that fails at a step', { timeout: 120_000 }, () => {
  it.each(faults)('[FP26] at every step in turn keeps what it says and says what it keeps: %s', async (name, fault) => {
    const path = await openWritePath(true)
    // From here on each statement is prepared, and is one message.
    await path.write('warm')
    let step = 1
    while (
      await writeThrough(path, `${name}, step ${step}.`, (proxy) => {
        proxy.atQuestion(step, fault)
      })
    )
      step += 1
    // Begin, lock, two runs of lock, find and store, two for the status, commit.
    expect(step - 1).toBeGreaterThanOrEqual(11)
  })

  it.each(faults)('[FP26] at every step of messages alone keeps what it says: %s', async (name, fault) => {
    const path = await openWritePath(false)
    await path.write('warm')
    let step = 1
    const arm = (proxy: PostgresProxy) => {
      proxy.atQuestion(step, fault)
    }
    while (await writeThrough(path, `${name}, step ${step}.`, arm)) step += 1
    // Begin, lock, find, store, commit.
    expect(step - 1).toBeGreaterThanOrEqual(5)
  })

  it.each(faults)('[FP27] at every step of a new connection keeps what it says: %s', async (name, fault) => {
    const path = await openWritePath(true)
    await path.write('warm')
    let step = 1
    const arm = (proxy: PostgresProxy) => {
      proxy.cut()
      proxy.atQuestion(step, fault)
    }
    while (await writeThrough(path, `${name}, step ${step}.`, arm)) step += 1
    // Start, settings, and the same as above.
    expect(step - 1).toBeGreaterThanOrEqual(13)
  })

  it.each(['reset before it', 'reset after it'] as const)(
    '[FP28] keeps what it says where each step is %s and there are then too many connections',
    async (reset) => {
      const path = await openWritePath(true)
      await path.write('warm')
      let step = 1
      const arm = (proxy: PostgresProxy) => {
        proxy.atQuestion(step, reset)
        proxy.crowd(step % 5)
      }
      while (await writeThrough(path, `crowded, step ${step}.`, arm)) step += 1
      expect(step - 1).toBeGreaterThanOrEqual(11)
    },
  )
})
