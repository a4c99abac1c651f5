import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildServer, type SpawnedServer, spawnServer } from '../spawn-server.ts'
import { storedBeside } from '../stored-messages.ts'
import { openFaultyChat } from './faulty-chat.ts'
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

const within = { timeout: 30_000, interval: 5 }
const [visitors, perVisitor] = [8, 60]

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
        chats.map(async ({ client, say }, visitor) => {
          client.setEngaged(true)
          await client.start()
          for (const text of saidBy(visitor)) await say(text)
        }),
      )
      const answered = () =>
        chats.flatMap(({ proxy }) => proxy.asked('POST', '/messages')).flatMap((one) => one.answers)
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
})
