import { setTimeout as pause } from 'node:timers/promises'
import { call } from '../../apps/server/tests/api-client.ts'
import { openRealClient } from '../../apps/server/tests/faults/real-client.ts'
import { rotateKeyFile } from '../../apps/server/tests/rotate-key-file.ts'
import { type SpawnedServer, spawnServer } from '../../apps/server/tests/spawn-server.ts'
import { storedBeside } from '../../apps/server/tests/stored-messages.ts'

// The server, and clients of visitors as pages have them, whose signing key is replaced while they write.
// Usage: node bench/rotation/rotate-under-load.ts; prints the rows of the table as JSON.

const clients = 40
const perSecond = 200
const forMs = 12_000
const rotateAfterMs = 5_000

/** Replaces the signing key beside the running server; tokens of the one before hold for another hour. */
const byFile = ({ dataFolder }: SpawnedServer): void => {
  rotateKeyFile(dataFolder)
}

/** As the demo's page does it: every token of before is refused from then on. */
async function byDemo({ url }: SpawnedServer): Promise<void> {
  const { status } = await call(`${url}/demo/rotate-key`, { method: 'POST', headers: { origin: url } })
  if (status !== 200) throw new Error(`rotating was answered with ${String(status)}`)
}

async function measure(what: string, rotate: (server: SpawnedServer) => Promise<void> | void): Promise<object> {
  const server = await spawnServer({ env: { LOG_LEVEL: 'warn' } })
  const chats = await Promise.all(
    Array.from({ length: clients }, async (_unused, n) => {
      const chat = openRealClient(server.url)
      let renewals = 0
      chat.client.renewer.subscribe(({ type }) => {
        if (type === 'renewed') renewals += 1
      })
      await chat.client.start()
      await chat.say(`client ${String(n)} begins`)
      return { ...chat, said: [`client ${String(n)} begins`], renewals: () => renewals }
    }),
  )
  const quiet = async () => {
    while (!chats.every(({ isQuiet }) => isQuiet())) await pause(50)
  }
  await quiet()
  const before = chats.map(({ renewals }) => renewals())
  const startedAtMs = performance.now()
  let [sent, isRotated] = [0, false]
  while (performance.now() - startedAtMs < forMs) {
    const passedMs = performance.now() - startedAtMs
    if (passedMs > rotateAfterMs && !isRotated) {
      isRotated = true
      await rotate(server)
    }
    for (; sent < (passedMs * perSecond) / 1_000; sent += 1) {
      const chat = chats[sent % clients]
      const text = `message ${String(sent)}`
      chat?.said.push(text)
      await chat?.say(text)
    }
    await pause(5)
  }
  await quiet()
  const lost = chats.flatMap(({ said }) => {
    const stored = storedBeside(server, said[0] ?? '').map(({ content }) => content)
    return said.filter((text, n) => stored[n] !== text || stored.length !== said.length)
  })
  const failed = chats.flatMap(({ shown }) =>
    shown().filter((line) => !line.startsWith('message') && !line.startsWith('client')),
  )
  const extra = chats.map(({ renewals }, n) => renewals() - (before[n] ?? 0))
  for (const { client } of chats) client.dispose()
  await server.remove()
  return {
    what,
    messages: sent,
    lostOrOutOfOrder: lost.length,
    refusedForGood: failed.length,
    mostExtraRenewals: Math.max(...extra),
    extraRenewals: extra.reduce((sum, each) => sum + each, 0),
    goal: 'lost 0, refused 0, at most 1 extra renewal of each client',
  }
}

console.log(
  JSON.stringify([
    await measure(`the key file is replaced, ${String(clients)} clients`, byFile),
    await measure(`the same, and tokens of before are refused at once`, byDemo),
  ]),
)
process.exit(0)
