import { type ChatClient, createAgentClient } from '@helvino/client'
import { anyChannels, anyLocks, anyRandom } from '@helvino/runtime/system-anywhere'
import { browserOpenSocket, browserRequest } from '@helvino/runtime/system-browser'
import { SimLife, SimRandom, SimStorage } from '@helvino/testkit'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { logIn } from '../api-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from '../spawn-server.ts'
import { storedBeside } from '../stored-messages.ts'
import type { Fault } from './fault.ts'
import { FaultProxy } from './fault-proxy.ts'
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

const within = { timeout: 60_000, interval: 10 }
const speed = 10
const visitors = 3
const [fromVisitor, fromAgent] = [40, 20]

/** What goes wrong next, drawn from the seed: about a third of all requests. */
function createMishaps(random: SimRandom) {
  const upTo = (most: number) => Math.floor(random.fraction() * most)
  const by = () => (random.fraction() < 0.5 ? 'close' : 'reset')
  const kinds: (() => Fault)[] = [
    () => ({ kind: 'drop', afterBytes: upTo(900), by: by() }),
    () => ({ kind: 'drop', afterBytes: upTo(900), by: by() }),
    () => ({ kind: 'lose-response', afterBytes: upTo(600), by: by() }),
    () => ({ kind: 'lose-response', afterBytes: upTo(600), by: by() }),
    () => ({ kind: 'duplicate', isConcurrent: random.fraction() < 0.5 }),
    () => ({ kind: 'delay', requestMs: upTo(60), responseMs: upTo(60) }),
    () => ({ kind: 'throttle', sliceBytes: 100 + upTo(200), everyMs: upTo(10) }),
    () => ({ kind: 'answer', status: 502 + upTo(3), headers: { 'retry-after': String(upTo(3)) } }),
    () => ({ kind: random.fraction() < 0.5 ? 'black-hole' : 'swallow-response' }),
  ]
  return {
    meet: (): Fault | undefined => (random.fraction() < 0.35 ? kinds[upTo(kinds.length)]?.() : undefined),
    /** Cuts the newest socket sooner or later. */
    cutSocket(proxy: FaultProxy) {
      if (random.fraction() < 0.1) proxy.lines.at(-1)?.cutAfter(upTo(2_000), by())
    },
  }
}

/** An agent as the inbox has it, its cookie sent by hand: this process keeps none. */
async function openAgent(server: SpawnedServer): Promise<{ readonly client: ChatClient; readonly proxy: FaultProxy }> {
  const { cookie, userId } = await logIn(server.url, server.admin)
  const proxy = await FaultProxy.open(server.url)
  const { chat: client } = createAgentClient({
    runtime: {
      clock: new PacedClock(speed),
      random: anyRandom,
      network: {
        request: (request, signal) => browserRequest({ ...request, headers: { ...request.headers, cookie } }, signal),
        openSocket: browserOpenSocket,
      },
      locks: anyLocks,
      channels: anyChannels,
      life: new SimLife(),
      values: [],
      storage: new SimStorage(),
    },
    apiUrl: proxy.url,
    orgId: 'org_demo',
    userId,
  })
  onTestFinished(async () => {
    client.dispose()
    await proxy.close()
  })
  return { client, proxy }
}

const contents = (client: ChatClient, id = client.state.currentId) =>
  client.timeline(id).map((item) => (item.kind === 'confirmed' ? item.message.content : item.kind))

describe('a visitor and an agent on networks that fail by chance', () => {
  it.each(['1', String(Date.now())])(
    '[FP24] see the same messages, each once and each sender’s in order, though the server is killed meanwhile: seed %s',
    async (seed) => {
      const server = await start()
      const mishaps = createMishaps(new SimRandom(`random network ${seed}`))
      const chats = await Promise.all(
        Array.from({ length: visitors }, () => openFaultyChat(server.url, new PacedClock(speed))),
      )
      const agent = await openAgent(server)
      const proxies = [agent.proxy, ...chats.map(({ proxy }) => proxy)]
      for (const [index, { client, say }] of chats.entries()) {
        client.setEngaged(true)
        await client.start()
        await say(`${seed}: hello ${index}`)
        await expect.poll(() => client.state.outbox.length, within).toBe(0)
      }
      const ids = chats.map(({ client }) => client.state.currentId!)
      agent.client.setEngaged(true)
      await agent.client.start()
      for (const id of ids) agent.client.watch(id)

      for (const proxy of proxies) proxy.meet = () => mishaps.meet()
      for (let n = 1; n <= fromVisitor; n += 1) {
        for (const [index, { say, proxy }] of chats.entries()) {
          await say(`${seed}: visitor ${n}`)
          if (n <= fromAgent) await agent.client.send(`${seed}: agent ${n}`, ids[index])
          mishaps.cutSocket(proxy)
        }
        mishaps.cutSocket(agent.proxy)
        await new Promise((resolve) => setTimeout(resolve, 20))
        if (n === fromVisitor / 2) {
          await server.kill('SIGKILL')
          const again = await start(server.dataFolder)
          for (const proxy of proxies) proxy.pointTo(again.url)
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 500))
      for (const proxy of proxies) proxy.meet = () => undefined
      const clients = [agent.client, ...chats.map(({ client }) => client)]
      await expect.poll(() => clients.map(({ state }) => state.outbox.length), within).toEqual(clients.map(() => 0))

      const said = (who: string, count: number) => Array.from({ length: count }, (_u, n) => `${seed}: ${who} ${n + 1}`)
      for (const [index, { client }] of chats.entries()) {
        const page = () => contents(client)
        const total = 1 + fromVisitor + fromAgent
        await expect
          .poll(() => [page().length, contents(agent.client, ids[index]).length], within)
          .toEqual([total, total])
        expect(page().filter((text) => text.includes('visitor'))).toEqual(said('visitor', fromVisitor))
        expect(page().filter((text) => text.includes('agent'))).toEqual(said('agent', fromAgent))
        expect(contents(agent.client, ids[index])).toEqual(page())
        const stored = storedBeside(server, `${seed}: hello ${index}`)
        expect(stored).toEqual(page().map((content, n) => ({ content, sequence: n + 1 })))
      }
    },
    120_000,
  )
})
