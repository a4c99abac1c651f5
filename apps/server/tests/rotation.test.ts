import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from './api-client.ts'
import { openRealClient } from './faults/real-client.ts'
import { rotateKeyFile } from './rotate-key-file.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'
import { storedBeside } from './stored-messages.ts'

let server: SpawnedServer

beforeAll(async () => {
  buildServer()
  server = await spawnServer()
})
afterAll(() => server.remove())

const clients = 8
const messages = 30

async function chatOver(rotate: () => Promise<void> | void) {
  const chats = await Promise.all(
    Array.from({ length: clients }, async () => {
      const chat = openRealClient(server.url)
      let renewals = 0
      chat.client.renewer.subscribe(({ type }) => {
        if (type === 'renewed') renewals += 1
      })
      await chat.client.start()
      const said = [`begin ${crypto.randomUUID()}`]
      await chat.say(said[0] ?? '')
      return { ...chat, said, renewals: () => renewals }
    }),
  )
  await expect.poll(() => chats.every(({ isQuiet }) => isQuiet())).toBe(true)
  const before = chats.map(({ renewals }) => renewals())
  for (let n = 0; n < messages; n += 1) {
    if (n === messages / 3) await rotate()
    await Promise.all(
      chats.map(async (chat) => {
        chat.said.push(`message ${n}`)
        await chat.say(`message ${n}`)
      }),
    )
  }
  await expect.poll(() => chats.every(({ isQuiet }) => isQuiet())).toBe(true)
  for (const { said, shown } of chats) {
    expect(storedBeside(server, said[0] ?? '').map(({ content }) => content)).toEqual(said)
    expect(shown()).toEqual(said)
  }
  for (const { client } of chats) client.dispose()
  return chats.map(({ renewals }, n) => renewals() - (before[n] ?? 0))
}

describe('a signing key that is replaced while visitors write', () => {
  it('[RL28] costs no message and no renewal where the key before holds on', async () => {
    const extra = await chatOver(() => {
      rotateKeyFile(server.dataFolder)
    })
    expect(extra).toEqual(Array(clients).fill(0))
  })

  it('[RL29] costs no message and one renewal of each client where tokens of before are refused at once', async () => {
    const extra = await chatOver(async () => {
      const { status } = await call(`${server.url}/demo/rotate-key`, {
        method: 'POST',
        headers: { origin: server.url },
      })
      expect(status).toBe(200)
    })
    expect(extra).toEqual(Array(clients).fill(1))
  })
})
