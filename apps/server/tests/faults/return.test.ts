import { cpSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildServer, type SpawnedServer, spawnServer } from '../spawn-server.ts'
import { storedBeside } from '../stored-messages.ts'
import { testFolder } from '../test-folder.ts'
import { type FaultyChat, openFaultyChat } from './faulty-chat.ts'
import { PacedClock } from './paced-clock.ts'

const servers: SpawnedServer[] = []
const start = async (dataFolder?: string) => {
  // So many messages in so short a time are more than one visitor may send.
  const env = { RATE_LIMIT_SCALE: '0' }
  const server = await spawnServer(dataFolder === undefined ? { env } : { env, dataFolder })
  servers.push(server)
  return server
}
let server: SpawnedServer
beforeAll(async () => {
  buildServer()
  server = await start()
})
afterAll(async () => {
  for (const one of servers) await one.remove()
})

const within = { timeout: 60_000, interval: 5 }
const numbered = (name: string, count: number) =>
  Array.from({ length: count }, (_unused, n) => `${name} ${String(n + 1)}`)

async function openLive(url: string, said: readonly string[]): Promise<FaultyChat> {
  const chat = await openFaultyChat(url, new PacedClock(20))
  chat.client.setEngaged(true)
  await chat.client.start()
  for (const text of said) await chat.say(text)
  await expect.poll(() => [chat.isQuiet(), chat.client.state.connection.state], within).toEqual([true, 'live'])
  return chat
}

function leave({ proxy }: FaultyChat): void {
  proxy.meet = () => ({ kind: 'drop', afterBytes: 0, by: 'reset' })
  for (const line of proxy.lines) line.cut('reset')
}

describe('a client that was away', () => {
  // With its own, which may be stored before it is back, the last is as much as is replayed.
  it.each([0, 1, 150, 999])(
    '[RCV4] shows everything, once and in order, when it missed %i messages',
    async (missed) => {
      const first = `away for ${String(missed)}: before`
      const chat = await openLive(server.url, [first])
      leave(chat)
      const own = `away for ${String(missed)}: own, said meanwhile`
      await chat.say(own)
      await Promise.all(numbered(`away for ${String(missed)}:`, missed).map((text) => chat.sayElsewhere(text)))
      chat.proxy.meet = () => undefined
      await expect.poll(() => chat.shown().length, within).toBe(missed + 2)
      await expect.poll(() => chat.isQuiet(), within).toBe(true)
      expect(chat.shown()).toEqual(storedBeside(server, first).map(({ content }) => content))
    },
  )

  it('[RCV5] shows the newest page, without a hole, when it missed more than is replayed', async () => {
    const first = 'away for long: before'
    const chat = await openLive(server.url, [first])
    leave(chat)
    await Promise.all(numbered('away for long:', 1_001).map((text) => chat.sayElsewhere(text)))
    chat.proxy.meet = () => undefined
    const stored = () => storedBeside(server, first).map(({ content }) => content)
    await expect.poll(() => chat.shown().at(-1), within).toBe(stored().at(-1))
    expect(chat.shown()).toEqual(stored().slice(-chat.shown().length))
    expect(chat.shown().length).toBeGreaterThanOrEqual(100)
  })

  it.each([0, 12])(
    '[RCV6] shows what the store holds when that was set back to an older copy, and %i messages came after it',
    async (since) => {
      const before = await start()
      const name = `set back, then ${String(since)}:`
      const first = `${name} 1`
      const kept = numbered(name, 5)
      const chat = await openLive(before.url, kept)
      expect(await before.kill('SIGTERM')).toBe(0)
      const copy = testFolder()
      cpSync(before.dataFolder, copy, { recursive: true })
      const between = await start(before.dataFolder)
      chat.proxy.pointTo(between.url)
      for (const text of numbered(`${name} lost`, 5)) await chat.say(text)
      await expect.poll(() => chat.isQuiet(), within).toBe(true)
      leave(chat)
      await between.kill('SIGKILL')
      const after = await start(copy)
      chat.pointElsewhereTo(after.url)
      for (const text of numbered(`${name} new`, since)) await chat.sayElsewhere(text)
      chat.proxy.pointTo(after.url)
      chat.proxy.meet = () => undefined
      await expect.poll(() => chat.client.state.connection.state, within).toBe('live')
      await expect.poll(() => chat.shown(), within).toEqual(storedBeside(after, first).map(({ content }) => content))
      expect(chat.shown()).toHaveLength(5 + since)
    },
  )
})
