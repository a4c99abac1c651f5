import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openVisitor } from '../api-client.ts'
import { SocketClient } from '../socket-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from '../spawn-server.ts'
import { storedBeside } from '../stored-messages.ts'
import { clientMessageIds, messagePosts, openFaultyChat } from './faulty-chat.ts'
import { PacedClock } from './paced-clock.ts'

const servers: SpawnedServer[] = []
const start = async (dataFolder?: string) => {
  const server = await spawnServer(dataFolder === undefined ? {} : { dataFolder })
  servers.push(server)
  return server
}

beforeAll(buildServer)
afterAll(async () => {
  for (const server of servers) await server.remove()
})

const within = { timeout: 60_000, interval: 5 }
const [visitors, perVisitor] = [8, 80]

describe('a server that is restarted under load', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)(
    '[FP15] after %s finds every client again, each message once and in order, and every socket live',
    async (signal) => {
      const server = await start()
      const chats = await Promise.all(
        Array.from({ length: visitors }, () => openFaultyChat(server.url, new PacedClock(10))),
      )
      const saidBy = (visitor: number) =>
        Array.from({ length: perVisitor }, (_unused, n) => `${signal} ${String(visitor)}-${String(n)}`)
      await Promise.all(
        chats.map(async ({ client, say, proxy }, visitor) => {
          // So slow that there is something under way when the server goes.
          proxy.meet = ({ method }) => (method === 'POST' ? { kind: 'delay', requestMs: 5, responseMs: 20 } : undefined)
          client.setEngaged(true)
          await client.start()
          for (const text of saidBy(visitor)) await say(text)
        }),
      )
      const answered = () =>
        chats
          .flatMap(({ proxy }) => messagePosts(proxy).filter(({ answers }) => answers.length > 0))
          .flatMap(clientMessageIds)
      await expect.poll(() => answered().length, within).toBeGreaterThan(40)
      expect(await server.kill(signal)).toBe(signal === 'SIGTERM' ? 0 : null)
      const before = answered().length
      const again = await start(server.dataFolder)
      for (const { proxy } of chats) proxy.pointTo(again.url)
      await expect.poll(() => chats.every((chat) => chat.isQuiet()), within).toBe(true)
      expect(before).toBeLessThan(visitors * perVisitor)
      for (const [visitor, { shown }] of chats.entries()) {
        const said = saidBy(visitor)
        expect(storedBeside(again, said[0] ?? '')).toEqual(said.map((content, n) => ({ content, sequence: n + 1 })))
        expect(shown()).toEqual(said)
      }
      const states = () => chats.map(({ client }) => client.state.connection.state)
      await expect.poll(states, within).toEqual(chats.map(() => 'live'))
    },
  )

  it('[FP25] spreads the return of its clients over 2 s, and is gone within 10 s of being asked', async () => {
    const server = await start()
    const visitor = await openVisitor(server.url)
    const sockets = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const socket = new SocketClient(server.url)
        await socket.hello({ orgToken: visitor.token })
        return socket
      }),
    )
    const stuck = new Promise<'stuck'>((resolve) => {
      setTimeout(resolve, 10_000, 'stuck').unref()
    })
    expect(await Promise.race([server.kill('SIGTERM'), stuck])).toBe(0)
    const ends = await Promise.all(sockets.map(({ closed }) => closed))
    expect(new Set(ends.map(({ code }) => code))).toEqual(new Set([1012]))
    const hintsMs = ends.map(({ reason }) => Number(/^retry-in-ms:(\d+)$/.exec(reason)?.[1]))
    expect(Math.min(...hintsMs)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...hintsMs)).toBeLessThanOrEqual(2_000)
    // Thirty of one crowd: that they all come back within a quarter of that time is one chance in 10^16.
    expect(Math.max(...hintsMs) - Math.min(...hintsMs)).toBeGreaterThan(500)
  })
})
