import type { ClientMessageId, ConversationId, PublicVisitorId } from '@helvino/protocol'
import { limits } from '@helvino/protocol'
import { systemClock } from '@helvino/runtime/system-node'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openTestPostgresStore } from '../../../tests/postgres-databases.ts'
import { type PostgresProxy, startPostgresProxy } from '../../../tests/postgres-proxy.ts'
import { type PostgresServer, startPostgres } from '../../../tests/postgres-server.ts'
import { orgLike } from '../contract-suite.ts'
import type { AppendResult, OrgRepository, Store } from '../contract.ts'

let server: PostgresServer

beforeAll(async () => {
  server = await startPostgres()
}, 60_000)
afterAll(() => server.remove())

const org = orgLike('a')

async function openConversation(store: Store, name = 'v'): Promise<ConversationId> {
  await store.putOrg(org)
  const visitor = { visitorId: `p_${name}` as PublicVisitorId, visitorHash: `hash_${name}` }
  const opened = await store.ofOrg(org.id).openConversation({ ...visitor, idempotencyKey: undefined, nowMs: 1_000 })
  if (opened.kind !== 'opened') throw new Error(opened.kind)
  return opened.conversation.id
}

const appendTo = (store: Store, conversationId: ConversationId, content: string): Promise<AppendResult> =>
  store.ofOrg(org.id).appendMessage({
    ...{ conversationId, content, clientMessageId: content as ClientMessageId },
    ...{ role: 'user', visitorId: undefined, authorId: undefined, nowMs: 1_000 },
  })

/** As a client does: the same message until it is stored. */
async function appendUntilStored(store: Store, conversationId: ConversationId, content: string): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const { kind } = await appendTo(store, conversationId, content)
    if (kind === 'stored' || kind === 'replayed') return tries
    if (kind !== 'unavailable') throw new Error(kind)
    await pause(20)
  }
}

async function contentsOf(repository: OrgRepository, id: ConversationId): Promise<string[]> {
  const contents: string[] = []
  for (let after = 0; ;) {
    const window = { after: after as never, before: undefined, limit: limits.pageMessages }
    const { messages } = await repository.listMessages(id, window)
    const last = messages.at(-1)
    if (!last) return contents
    messages.forEach(({ sequence, content }, index) => {
      expect(sequence).toBe(after + index + 1)
      contents.push(content)
    })
    after = last.sequence
  }
}

async function throughProxy(): Promise<{
  proxy: PostgresProxy
  store: Store
  id: ConversationId
  failures: unknown[]
}> {
  const proxy = await startPostgresProxy(await server.createDatabase())
  onTestFinished(() => proxy.close())
  const failures: unknown[] = []
  const store = await openTestPostgresStore(proxy.url, failures)
  return { proxy, store, id: await openConversation(store), failures }
}

describe('PostgreSQL that fails', { timeout: 60_000 }, () => {
  it.each(['SIGINT', 'SIGKILL'] as const)(
    '[PGS6] keeps every message once and in order through a restart of the database after %s, and writes again within 5 s',
    async (signal) => {
      const store = await openTestPostgresStore(await server.createDatabase())
      const ids = [await openConversation(store, 'v1'), await openConversation(store, 'v2')]
      let isOver = false
      const senders = ids.map(async (id) => {
        const sent: string[] = []
        while (!isOver) {
          const content = `m${sent.length}`
          await appendUntilStored(store, id, content)
          sent.push(content)
        }
        return sent
      })
      await pause(200)
      await server.stop(signal)
      await pause(500)
      await server.start()
      const startedAtMs = systemClock.monotonicMs()
      await appendUntilStored(store, await openConversation(store, 'v3'), 'again')
      expect(systemClock.monotonicMs() - startedAtMs).toBeLessThan(5_000)
      await pause(200)
      isOver = true
      for (const [index, sender] of senders.entries()) {
        const sent = await sender
        expect(sent.length).toBeGreaterThan(10)
        expect(await contentsOf(store.ofOrg(org.id), ids[index] as ConversationId)).toEqual(sent)
      }
    },
  )

  it('[PGS7] loses and doubles nothing when its connections are ended again and again', async () => {
    const url = await server.createDatabase()
    const store = await openTestPostgresStore(url)
    const ids = await Promise.all(['v1', 'v2', 'v3'].map((name) => openConversation(store, name)))
    let isOver = false
    const senders = ids.map(async (id) => {
      for (let index = 0; index < 120; index += 1) await appendUntilStored(store, id, `m${index}`)
    })
    const ending = (async () => {
      let ended = 0
      while (!isOver) {
        const rows = await server.run(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
          url,
        )
        ended += rows.length
        await pause(15)
      }
      return ended
    })()
    await Promise.all(senders)
    isOver = true
    expect(await ending).toBeGreaterThan(10)
    const sent = Array.from({ length: 120 }, (_, index) => `m${index}`)
    for (const id of ids) expect(await contentsOf(store.ofOrg(org.id), id)).toEqual(sent)
  })

  it('[PGS8] finds out that a message is stored whose commit was answered into a connection that was reset', async () => {
    const { proxy, store, id } = await throughProxy()
    proxy.atNextCommit('reset after it')
    expect(await appendTo(store, id, 'a')).toMatchObject({ kind: 'stored', message: { sequence: 1 } })
    expect(await appendTo(store, id, 'a')).toMatchObject({ kind: 'replayed', message: { sequence: 1 } })
    expect(await contentsOf(store.ofOrg(org.id), id)).toEqual(['a'])
  })

  it('[PGS9] stores a message once whose commit never reached the database', async () => {
    const { proxy, store, id } = await throughProxy()
    proxy.atNextCommit('reset before it')
    expect(await appendTo(store, id, 'a')).toMatchObject({ kind: 'stored', message: { sequence: 1 } })
    expect(await contentsOf(store.ofOrg(org.id), id)).toEqual(['a'])
  })

  it.each(['reset before it', 'reset after it'] as const)(
    '[PGS10] says unavailable where the database stays away after a commit that was %s, and the retry makes one row',
    async (fault) => {
      const { proxy, store, id, failures } = await throughProxy()
      proxy.atNextCommit(fault)
      proxy.refuse(true)
      const sentAtMs = systemClock.monotonicMs()
      const results = await Promise.all([appendTo(store, id, 'a'), appendTo(store, id, 'b')])
      expect(results).toEqual([1, 2].map(() => ({ kind: 'unavailable', reason: 'failing' })))
      expect(systemClock.monotonicMs() - sentAtMs).toBeLessThan(15_000)
      expect(failures).toHaveLength(1)
      proxy.refuse(false)
      for (const content of ['a', 'b']) await appendUntilStored(store, id, content)
      expect(await contentsOf(store.ofOrg(org.id), id)).toEqual(['a', 'b'])
    },
  )

  it.each([
    // Begin, lock, find, store, commit.
    { group: 'of messages alone', questions: 5, fault: 'reset before it' },
    { group: 'of messages alone', questions: 5, fault: 'reset after it' },
    // Begin, lock, two runs of lock, find and store, two for the status, commit.
    { group: 'with another write', questions: 11, fault: 'reset before it' },
    { group: 'with another write', questions: 11, fault: 'reset after it' },
  ] as const)(
    '[PGS22] stores a group $group once, whichever of its questions finds the connection $fault',
    async ({ group: kind, questions, fault }) => {
      const { proxy, store, id } = await throughProxy()
      const repository = store.ofOrg(org.id)
      const group = (name: string) =>
        Promise.all([
          appendTo(store, id, `${name} a`),
          ...(kind === 'with another write' ? [repository.setStatus(id, 'resolved')] : []),
          appendTo(store, id, `${name} b`),
          appendTo(store, id, `${name} c`),
        ])
      await group('warm')
      const names = ['warm']
      for (let step = 1; ; step += 1) {
        proxy.atQuestion(step, fault)
        names.push(`step ${step}`)
        const results = await group(`step ${step}`)
        expect(results.filter((result) => result.kind === 'stored')).toHaveLength(3)
        if (proxy.takeBack()) break
      }
      // The step that is not there, and the group before the first.
      expect(names).toHaveLength(questions + 2)
      const sent = names.flatMap((name) => ['a', 'b', 'c'].map((part) => `${name} ${part}`))
      expect(await contentsOf(repository, id)).toEqual(sent)
    },
  )

  it('[PGS11] gives up on a database that says nothing, and goes on when it answers', async () => {
    const { proxy, store, id } = await throughProxy()
    proxy.hang(true)
    const sentAtMs = systemClock.monotonicMs()
    const reading = store.ofOrg(org.id).findConversation(id)
    const [written, read] = await Promise.allSettled([appendTo(store, id, 'a'), reading])
    expect(written).toEqual({ status: 'fulfilled', value: { kind: 'unavailable', reason: 'failing' } })
    expect(read.status).toBe('rejected')
    expect(systemClock.monotonicMs() - sentAtMs).toBeLessThan(25_000)
    proxy.hang(false)
    await appendUntilStored(store, id, 'a')
    expect(await contentsOf(store.ofOrg(org.id), id)).toEqual(['a'])
  })
})
