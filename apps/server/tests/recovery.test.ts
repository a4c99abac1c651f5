import { limits } from '@helvino/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openVisitor, postText, type Visitor } from './api-client.ts'
import { SocketClient } from './socket-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

let server: SpawnedServer
beforeAll(async () => {
  buildServer()
  // So many messages in so short a time are more than one visitor may send.
  server = await spawnServer({ env: { RATE_LIMIT_SCALE: '0' } })
})
afterAll(() => server.remove())

/** A visitor whose conversation holds so many messages. */
async function visitorWith(stored: number): Promise<Visitor> {
  const visitor = await openVisitor(server.url)
  for (let from = 1; from <= stored; from += 50) {
    const numbers = Array.from({ length: Math.min(50, stored - from + 1) }, (_unused, n) => from + n)
    await Promise.all(numbers.map((n) => postText(server.url, visitor, `m${String(n)}`)))
  }
  return visitor
}

const range = (first: number, last: number) =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_u, n) => first + n)

interface Row {
  readonly stored: number
  readonly after: number
  readonly recovered: boolean
  /** How many missed messages come before the live ones. */
  readonly replayed: number
}

// After the table of recovery tests of the Centrifuge server. What its streams forget by size and age ("already gone", "expired") has no
// row: a conversation is never trimmed, so that the only limit is how much is replayed at once.
const table: Readonly<Record<string, Row>> = {
  'an empty conversation, from its beginning': { stored: 0, after: 0, recovered: true, replayed: 0 },
  'from a position': { stored: 10, after: 8, recovered: true, replayed: 2 },
  'from the last position': { stored: 7, after: 7, recovered: true, replayed: 0 },
  'from before the first': { stored: 4, after: 0, recovered: true, replayed: 4 },
  'from as far back as is replayed': { stored: limits.replayMessages + 3, after: 3, recovered: true, replayed: 1_000 },
  'from one further back': { stored: limits.replayMessages + 3, after: 2, recovered: false, replayed: 0 },
  'from a position that does not exist yet': { stored: 20, after: 108, recovered: false, replayed: 0 },
  'from one past the end': { stored: 20, after: 21, recovered: false, replayed: 0 },
  'from beyond the end of an empty conversation': { stored: 0, after: 1, recovered: false, replayed: 0 },
}

describe('recovery of a socket', () => {
  it.each(Object.entries(table))(
    '[RCV1] gives what was missed, in order and once, or says that it cannot, and goes on live: %s',
    async (_name, { stored, after, recovered, replayed }) => {
      const visitor = await visitorWith(stored)
      const socket = new SocketClient(server.url)
      const id = visitor.conversationId
      const ready = await socket.hello({ orgToken: visitor.token }, [{ id, after }])
      expect(ready['conversations']).toEqual([{ id, latestSequence: stored, recovered }])
      await postText(server.url, visitor, 'live')
      await socket.until((frame) => (frame['message'] as { content?: string } | undefined)?.content === 'live')
      const sequences = socket.messages().map(({ sequence }) => sequence)
      expect(sequences).toEqual([...range(stored - replayed + 1, stored), stored + 1])
      socket.close()
    },
  )

  it.each([-1, 1.5, '5', null, 2 ** 53, Number.MAX_VALUE, {}])(
    '[RCV2] takes nothing for a position that is none: %j',
    async (after) => {
      const visitor = await visitorWith(1)
      const socket = new SocketClient(server.url)
      await socket.opened
      const conversations = [{ id: visitor.conversationId, after }]
      socket.send({ type: 'hello', protocol: 1, orgToken: visitor.token, conversations })
      expect((await socket.closed).code).toBe(4400)
      expect(socket.messages()).toEqual([])
    },
  )

  it('[RCV3] recovers as many conversations as one hello may name, each by itself, and takes no more', async () => {
    const visitor = await visitorWith(3)
    const own = { id: visitor.conversationId, after: 1 }
    const others = range(1, limits.helloConversations).map((n) => ({ id: `unknown-${String(n)}`, after: n }))
    const socket = new SocketClient(server.url)
    const ready = await socket.hello({ orgToken: visitor.token }, [...others.slice(1), own])
    const answers = ready['conversations'] as { id: string; recovered: boolean }[]
    expect(answers.map(({ id, recovered }) => [id, recovered])).toEqual([
      ...others.slice(1).map(({ id }) => [id, false]),
      [own.id, true],
    ])
    await socket.until((frame) => (frame['message'] as { sequence?: number } | undefined)?.sequence === 3)
    expect(socket.messages().map(({ sequence }) => sequence)).toEqual([2, 3])
    socket.close()
    const tooMany = new SocketClient(server.url)
    await tooMany.opened
    tooMany.send({ type: 'hello', protocol: 1, orgToken: visitor.token, conversations: [...others, own] })
    expect((await tooMany.closed).code).toBe(4400)
  })
})
