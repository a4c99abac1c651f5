import type { ConversationId, PublicVisitorId } from '@helvino/protocol'
import { systemClock, systemRandom } from '@helvino/runtime/system-node'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { PacedClock } from '../../../tests/faults/paced-clock.ts'
import { openTestPostgres } from '../../../tests/postgres-databases.ts'
import { startPostgresProxy } from '../../../tests/postgres-proxy.ts'
import { type PostgresServer, startPostgres } from '../../../tests/postgres-server.ts'
import type { ForeignChange } from '../changes.ts'
import { orgLike } from '../contract-suite.ts'
import type { OrgRepository } from '../contract.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
}, 60_000)
afterAll(() => server.remove())

const org = orgLike('a')
const within = { timeout: 20_000, interval: 10 }

/** One server of several: its store, and what it hears of the others. */
async function join(url: string, clock = systemClock) {
  const { others, createStore } = await openTestPostgres(url)
  if (!others) throw new Error('a PostgreSQL without others')
  const store = createStore({ clock: systemClock, random: systemRandom, onFailing: () => undefined })
  onTestFinished(() => store.close())
  const changes: ForeignChange[] = []
  const passed: object[] = []
  const count = { missed: 0, failing: 0 }
  await others.listen(
    { clock, random: systemRandom },
    {
      onChange: (change) => changes.push(change),
      onPassed: (event) => passed.push(event),
      onMissed: () => (count.missed += 1),
      onFailing: () => (count.failing += 1),
    },
  )
  await store.putOrg(org)
  return { others, store, repository: store.ofOrg(org.id), changes, passed, count }
}

async function open(repository: OrgRepository, name: string): Promise<ConversationId> {
  const visitor = { visitorId: `p_${name}` as PublicVisitorId, visitorHash: `hash_${name}` }
  const opened = await repository.openConversation({ ...visitor, idempotencyKey: undefined, nowMs: 1_000 })
  if (opened.kind !== 'opened') throw new Error(opened.kind)
  return opened.conversation.id
}

const messageTo = (conversationId: ConversationId, content: string) => ({
  ...{ conversationId, content, clientMessageId: undefined },
  ...({ role: 'user', visitorId: undefined, authorId: undefined, nowMs: 1_000 } as const),
})

describe('the other servers on one PostgreSQL', { timeout: 60_000 }, () => {
  it('[FO3] are heard of what they commit, read from the database and in order, and not of what they only repeat', async () => {
    const url = await server.createDatabase()
    const [here, there] = [await join(url), await join(url)]
    const id = await open(here.repository, 'v')
    await open(here.repository, 'v')
    await Promise.all([0, 1, 2].map((n) => here.repository.appendMessage(messageTo(id, `m${n}`))))
    await here.repository.markRead(id, 2 as never)
    await here.repository.markRead(id, 2 as never)
    await here.repository.setStatus(id, 'resolved')
    await here.repository.appendMessages([messageTo(id, 'm3'), messageTo(id, 'm4')])
    const told = () =>
      there.changes.flatMap(({ orgId, conversation, messages, audience }) =>
        orgId === org.id && conversation.id === id
          ? [[audience, ...messages.map(({ content, sequence }) => `${content} ${sequence}`)]]
          : [],
      )
    await expect
      .poll(told, within)
      .toEqual([
        ['everybody'],
        ['everybody', 'm0 1', 'm1 2', 'm2 3'],
        ['everybody'],
        ['everybody'],
        ['everybody', 'm3 4', 'm4 5'],
      ])
    expect(there.changes.at(-1)?.conversation).toMatchObject({ latestSequence: 5, readSequence: 2, status: 'open' })
    expect(here.changes).toEqual([])
  })

  it('[FO4] are heard of a group that is told of in more than one notification', async () => {
    const url = await server.createDatabase()
    const [here, there] = [await join(url), await join(url)]
    const names = Array.from({ length: 300 }, (_unused, n) => `v${n}`)
    const ids = await Promise.all(names.map((name) => open(here.repository, name)))
    const before = here.store.groupsCommitted()
    await Promise.all(ids.map((id, n) => here.repository.appendMessage(messageTo(id, `m${n}`))))
    expect(here.store.groupsCommitted() - before).toBeLessThanOrEqual(2)
    const contents = () => there.changes.flatMap(({ messages }) => messages.map(({ content }) => content))
    await expect.poll(() => contents().length, within).toBe(300)
    expect(contents()).toEqual(names.map((_name, n) => `m${n}`))
  })

  it('[FO5] pass on what is not stored, to all but themselves, and nothing that is too large', async () => {
    const url = await server.createDatabase()
    const all = [await join(url), await join(url), await join(url)]
    all[0]?.others.pass({ typing: "it's Ann" })
    all[0]?.others.pass({ typing: 'x'.repeat(8_000) })
    for (let n = 0; n < 100; n += 1) all[0]?.others.pass({ typing: 'y'.repeat(200), n })
    all[0]?.others.pass({ typing: 'Zoë' })
    await expect.poll(() => all.map(({ passed }) => passed.length), within).toEqual([0, 102, 102])
    for (const { passed } of all.slice(1))
      expect([passed[0], passed.at(-1)]).toEqual([{ typing: "it's Ann" }, { typing: 'Zoë' }])
  })

  it('[FO6] may have been missed where the connection that listens was ended, which is said once it listens again', async () => {
    const url = await server.createDatabase()
    const [here, there] = [await join(url), await join(url)]
    const id = await open(here.repository, 'v')
    await server.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'helvino listens'",
      url,
    )
    await expect.poll(() => there.count, within).toEqual({ missed: 1, failing: 1 })
    await here.repository.appendMessage(messageTo(id, 'after it'))
    await expect.poll(() => there.changes.at(-1)?.messages[0]?.content, within).toBe('after it')
  })

  it('[FO7] may have been missed where that connection has died without a word', async () => {
    const url = await server.createDatabase()
    const proxy = await startPostgresProxy(url)
    onTestFinished(() => proxy.close())
    const there = await join(proxy.url, new PacedClock(20))
    proxy.hang(true)
    await expect.poll(() => there.count.failing, within).toBe(1)
    await pause(200)
    proxy.hang(false)
    await expect.poll(() => there.count, within).toEqual({ missed: 1, failing: 1 })
  })
})
