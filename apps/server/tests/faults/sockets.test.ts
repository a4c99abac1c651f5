import { limits } from '@helvino/protocol'
import { SimClock } from '@helvino/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openVisitor } from '../api-client.ts'
import { SocketClient } from '../socket-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from '../spawn-server.ts'
import { storedBeside } from '../stored-messages.ts'
import { FaultProxy } from './fault-proxy.ts'
import { type FaultyChat, noSockets, openFaultyChat } from './faulty-chat.ts'
import { PacedClock } from './paced-clock.ts'
import { runServer } from './run-server.ts'

let server: SpawnedServer
beforeAll(async () => {
  buildServer()
  // A socket that is cut again and again comes back more often than a visitor may.
  server = await spawnServer({ env: { RATE_LIMIT_SCALE: '0' } })
})
afterAll(() => server.remove())

const within = { timeout: 60_000, interval: 5 }
const numbered = (name: string, count: number) => Array.from({ length: count }, (_unused, n) => `${name} ${String(n)}`)

async function expectShownOnce(chat: FaultyChat, said: readonly string[]): Promise<void> {
  await expect.poll(() => chat.shown().length, within).toBeGreaterThanOrEqual(said.length)
  await expect.poll(() => chat.isQuiet(), within).toBe(true)
  expect(chat.shown()).toEqual(said)
  expect(storedBeside(server, said[0] ?? '')).toEqual(said.map((content, n) => ({ content, sequence: n + 1 })))
}

/** `clock`: one that stands still by itself. */
async function openLive(chat: FaultyChat, first: string, clock?: SimClock): Promise<void> {
  // Somebody is at it: what is lost is sought within 2 s.
  chat.client.setEngaged(true)
  await chat.client.start()
  await chat.say(first)
  const state = async () => {
    await clock?.advance(1)
    return [chat.isQuiet(), chat.client.state.connection.state]
  }
  await expect.poll(state, within).toEqual([true, 'live'])
}

describe('sockets on a network that fails', () => {
  it('[FP11] a client on a half-open socket notices within 30 s, comes back and has what it missed', async () => {
    const clock = new SimClock()
    const chat = await openFaultyChat(server.url, clock)
    await openLive(chat, 'half-open: before', clock)
    chat.proxy.lines[0]?.freeze()
    await chat.sayElsewhere('half-open: missed')
    await clock.advance(limits.pingEveryMs)
    expect(chat.client.state.connection.state).toBe('live')
    await clock.advance(limits.pongWithinMs)
    expect(chat.client.state.connection.state).toBe('waiting')
    await clock.advance(2_000)
    await expectShownOnce(chat, ['half-open: before', 'half-open: missed'])
    await expect.poll(() => chat.client.state.connection.state, within).toBe('live')
  })

  it('[FP12] a server lets go of a half-open socket within 45 s', async () => {
    const clock = new SimClock()
    const running = await runServer(clock)
    const proxy = await FaultProxy.open(running.url)
    const visitor = await openVisitor(running.url)
    const socket = new SocketClient(proxy.url)
    await socket.hello({ orgToken: visitor.token })
    proxy.lines[0]?.freeze()
    let isLeft = false
    void proxy.lines[0]?.leftByServer.then(() => (isLeft = true))
    await clock.advance(limits.socketSilenceMs - 1)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(isLeft).toBe(false)
    await clock.advance(1)
    // The farewell is not answered either.
    await clock.advance(2_000)
    await expect.poll(() => isLeft, within).toBe(true)
    socket.close()
    await proxy.close()
  })

  it('[FP13] a client whose socket is cut again and again, in the midst of frames too, shows every message once and in order', async () => {
    const chat = await openFaultyChat(server.url, new PacedClock(20))
    await openLive(chat, 'cut: before')
    const said = ['cut: before', ...numbered('cut', 300)]
    for (const [n, text] of said.slice(1).entries()) {
      await chat.sayElsewhere(text)
      const line = chat.proxy.lines.at(-1)
      if (n % 5 === 0) line?.cutAfter(n * 7, n % 2 === 0 ? 'close' : 'reset')
    }
    await expectShownOnce(chat, said)
    expect(chat.proxy.lines.length).toBeGreaterThan(3)
  })

  it('[FP14] a network that is gone for a minute in both directions, and for whoever tries anew, loses and doubles nothing', async () => {
    const chat = await openFaultyChat(server.url, new PacedClock(20))
    await openLive(chat, 'gone: before')
    chat.proxy.meet = () => ({ kind: 'black-hole' })
    for (const line of chat.proxy.lines) line.freeze()
    const said = numbered('gone: said', 5)
    for (const text of said) await chat.say(text)
    await expect.poll(() => chat.client.state.connection.state, within).not.toBe('live')
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    expect(chat.client.state.outbox).toHaveLength(5)
    chat.proxy.meet = () => undefined
    await expectShownOnce(chat, ['gone: before', ...said])
    await expect.poll(() => chat.client.state.connection.state, within).toBe('live')
  })

  it('[FP30] on a network that lets no socket through everything comes by held requests, and by a socket once there is one', async () => {
    // At the server's own pace, which holds the requests.
    const chat = await openFaultyChat(server.url)
    chat.proxy.meet = noSockets
    chat.client.setEngaged(true)
    await chat.client.start()
    await chat.say('no socket: before')
    await expect.poll(() => chat.client.state.connection.state, within).toBe('polling')
    const said = ['no socket: before', ...numbered('no socket', 30)]
    for (const text of said.slice(1)) await chat.sayElsewhere(text)
    await expectShownOnce(chat, said)
    expect(chat.proxy.lines).toHaveLength(0)
    expect(chat.proxy.exchanges.filter(({ query }) => query.includes('waitMs=25000')).length).toBeGreaterThan(0)
    chat.proxy.meet = () => undefined
    // Somebody looks at it.
    chat.client.setEngaged(true)
    await expect.poll(() => chat.client.state.connection.state, within).toBe('live')
    await chat.sayElsewhere('no socket: after')
    await expectShownOnce(chat, [...said, 'no socket: after'])
  })
})
