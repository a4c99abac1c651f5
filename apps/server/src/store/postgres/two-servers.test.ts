import type { ClientMessageId, ConversationId, PublicVisitorId } from '@helvino/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openTestPostgresStore } from '../../../tests/postgres-databases.ts'
import { type PostgresServer, startPostgres } from '../../../tests/postgres-server.ts'
import { orgLike } from '../contract-suite.ts'
import type { AppendResult, OrgRepository } from '../contract.ts'
import type { CountedStore } from '../create-store.ts'

let server: PostgresServer
let stores: readonly [CountedStore, CountedStore]
let repositories: readonly [OrgRepository, OrgRepository]

beforeAll(async () => {
  server = await startPostgres()
}, 60_000)
afterAll(() => server.remove())

const org = orgLike('a')

beforeEach(async () => {
  const url = await server.createDatabase()
  stores = [await openTestPostgresStore(url), await openTestPostgresStore(url)]
  await stores[0].putOrg(org)
  repositories = [stores[0].ofOrg(org.id), stores[1].ofOrg(org.id)]
})

const open = async (repository: OrgRepository, name: string) => {
  const visitor = { visitorId: `p_${name}` as PublicVisitorId, visitorHash: `hash_${name}` }
  const result = await repository.openConversation({ ...visitor, idempotencyKey: undefined, nowMs: 1_000 })
  if (result.kind !== 'opened') throw new Error(result.kind)
  return result
}

const append = (repository: OrgRepository, conversationId: ConversationId, content: string, key = content) =>
  repository.appendMessage({
    ...{ conversationId, content, clientMessageId: key as ClientMessageId },
    ...{ role: 'user', visitorId: undefined, authorId: undefined, nowMs: 1_000 },
  })

const sequenceOf = (result: AppendResult): number => ('message' in result ? result.message.sequence : NaN)

const newest = { after: undefined, before: undefined, limit: 100 }

describe('two servers on one PostgreSQL', { timeout: 60_000 }, () => {
  it('[PGS12] number the messages of one conversation together, without a gap and each in the order of its calls', async () => {
    const opened = await Promise.all(Array.from({ length: 5 }, (_, index) => open(repositories[0], `v${index}`)))
    const ids = opened.map(({ conversation }) => conversation.id)
    const results = await Promise.all(
      repositories.map((repository, node) =>
        Promise.all(
          Array.from({ length: 1_000 }, (_, index) => {
            const id = ids[(node === 0 ? index : 1_000 - index) % 5] as ConversationId
            return append(repository, id, `n${node} m${index}`).then((result) => ({ id, sequence: sequenceOf(result) }))
          }),
        ),
      ),
    )
    for (const id of ids) {
      const ofNodes = results.map((ofNode) => ofNode.filter((one) => one.id === id).map(({ sequence }) => sequence))
      for (const sequences of ofNodes) expect(sequences).toEqual(sequences.toSorted((a, b) => a - b))
      expect(ofNodes.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 400 }, (_, index) => index + 1))
    }
  })

  it('[PGS13] store a message once that comes to both, and answer both with its one sequence', async () => {
    const { conversation } = await open(repositories[0], 'v')
    for (let round = 0; round < 20; round += 1) {
      const contents = Array.from({ length: 20 }, (_, index) => `r${round} m${index}`)
      const [here, there] = await Promise.all(
        repositories.map((repository) =>
          Promise.all(contents.map((content) => append(repository, conversation.id, content))),
        ),
      )
      expect(here?.map(sequenceOf)).toEqual(there?.map(sequenceOf))
      const kinds = contents.map((_, index) => [here?.[index]?.kind, there?.[index]?.kind].toSorted())
      expect(kinds).toEqual(contents.map(() => ['replayed', 'stored']))
    }
    const { latestSequence } = await repositories[1].listMessages(conversation.id, newest)
    expect(latestSequence).toBe(400)
  })

  it('[PGS14] open one conversation for a visitor who asks both at once', async () => {
    for (let round = 0; round < 20; round += 1) {
      const opened = await Promise.all(
        [0, 1, 0, 1].map((node) => open(repositories[node] as OrgRepository, `v${round}`)),
      )
      expect(new Set(opened.map(({ conversation }) => conversation.id)).size).toBe(1)
      expect(opened.filter(({ created }) => created)).toHaveLength(1)
    }
  })

  it('[PGS15] lock in one order what both append to, among other writes', async () => {
    const names = ['v1', 'v2', 'v3', 'v4']
    const ids: ConversationId[] = []
    for (const name of names) ids.push((await open(repositories[0], name)).conversation.id)
    const before = server.log().length
    for (let round = 0; round < 10; round += 1) {
      const changes = await Promise.all(
        repositories.flatMap((repository, node) =>
          (node === 0 ? ids : ids.toReversed()).flatMap((id, index) => [
            repository.setStatus(id, 'resolved'),
            append(repository, id, `r${round} n${node} m${index}`),
          ]),
        ),
      )
      expect(changes.filter(({ kind }) => kind === 'unavailable')).toEqual([])
    }
    for (const id of ids) expect((await repositories[0].listMessages(id, newest)).latestSequence).toBe(20)
    expect(server.log().slice(before)).not.toContain('deadlock detected')
  })

  it('[PGS17] get over writes that wait for each other in a circle', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `v${index}`)
    for (const name of names) await open(repositories[0], name)
    for (let round = 0; !server.log().includes('deadlock detected'); round += 1) {
      expect(round).toBeLessThan(20)
      const opened = await Promise.all(
        [names, names.toReversed()].flatMap((order, node) =>
          order.map((name) => open(repositories[node] as OrgRepository, name)),
        ),
      )
      expect(opened.filter(({ created }) => created)).toEqual([])
    }
  })

  it('[PGS16] commit many messages at once', async () => {
    const { conversation } = await open(repositories[0], 'v')
    const before = stores[0].groupsCommitted()
    await Promise.all(
      Array.from({ length: 2_000 }, (_, index) => append(repositories[0], conversation.id, String(index))),
    )
    expect(stores[0].groupsCommitted() - before).toBeLessThanOrEqual(5)
  })
})
