import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { call, logIn, openVisitor, postText } from './api-client.ts'
import { openFaultyChat } from './faults/faulty-chat.ts'
import { PacedClock } from './faults/paced-clock.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { SocketClient } from './socket-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

let postgres: PostgresServer
let database: string
let one: SpawnedServer
let other: SpawnedServer
const within = { timeout: 60_000, interval: 10 }

beforeAll(async () => {
  buildServer()
  postgres = await startPostgres()
  database = await postgres.createDatabase()
  const env = { DATABASE_URL: database }
  one = await spawnServer({ env })
  // The same folder: the keys are the same.
  other = await spawnServer({ env, dataFolder: one.dataFolder })
})
afterAll(async () => {
  await other.kill('SIGTERM')
  await one.remove()
  await postgres.remove()
})

async function listen(server: SpawnedServer, token: { readonly orgToken: string } | { readonly agentToken: string }) {
  const socket = new SocketClient(server.url)
  onTestFinished(() => {
    socket.close()
  })
  await socket.hello(token)
  return socket
}

const sequencesOf = (socket: SocketClient): readonly number[] =>
  socket.messages().map(({ sequence }) => Number(sequence))
const numbers = (count: number) => Array.from({ length: count }, (_unused, n) => n + 1)

/** A visitor at one of the servers who also says something at the other. */
async function openChat(first: string) {
  const chat = await openFaultyChat(other.url, new PacedClock(5))
  chat.pointElsewhereTo(one.url)
  chat.client.setEngaged(true)
  await chat.client.start()
  await chat.say(first)
  await expect.poll(() => [chat.isQuiet(), chat.client.state.connection.state], within).toEqual([true, 'live'])
  return chat
}

describe('two servers on one PostgreSQL', () => {
  it('[FO8] tell the sockets of either what was said at the other, in order, and wake who waits for it', async () => {
    const visitor = await openVisitor(one.url)
    const agent = await logIn(one.url, one.admin)
    const sockets = [
      await listen(other, { orgToken: visitor.token }),
      await listen(other, { agentToken: agent.token }),
      await listen(one, { orgToken: visitor.token }),
    ]
    const path = `/conversations/${visitor.conversationId}/messages?after=0&waitMs=25000`
    const waiting = call(other.url + path, { headers: visitor.headers })
    for (const n of numbers(100)) expect((await postText(one.url, visitor, `m${n}`)).status).toBe(201)
    expect((await waiting).body['messages']).not.toEqual([])
    for (const socket of sockets) await expect.poll(() => sequencesOf(socket), within).toEqual(numbers(100))
    await call(`${one.url}/api/agent/conversations/${visitor.conversationId}/resolve`, {
      method: 'POST',
      headers: agent.headers,
    })
    for (const socket of sockets)
      await socket.until(({ conversation }) => (conversation as { status?: string } | undefined)?.status === 'resolved')
  })

  it('[FO9] show both tabs of a visitor, each at its own server, what either says, and nobody else of it', async () => {
    const visitor = await openVisitor(one.url)
    const stranger = await openVisitor(other.url)
    const tabs = [one, other]
    const sockets = await Promise.all(tabs.map((server) => listen(server, { orgToken: visitor.token })))
    const foreign = await listen(other, { orgToken: stranger.token })
    await Promise.all(
      tabs.map(async (server, tab) => {
        for (const n of numbers(40)) await postText(server.url, visitor, `tab ${tab}: ${n}`)
      }),
    )
    for (const socket of sockets)
      await expect.poll(() => [...new Set(sequencesOf(socket))].sort((a, b) => a - b), within).toEqual(numbers(80))
    expect(foreign.messages()).toEqual([])
  })

  it('[FO10] show everything though the connections by which they hear of each other are ended again and again', async () => {
    const chat = await openChat('ended: 0')
    const said = ['ended: 0']
    for (const n of numbers(30)) {
      await postgres.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'helvino listens'",
        database,
      )
      said.push(`ended: ${n}`)
      await chat.sayElsewhere(`ended: ${n}`)
      await pause(20)
    }
    await expect.poll(() => chat.shown(), within).toEqual(said)
  })

  it('[FO11] show everything through a restart of the database', async () => {
    const chat = await openChat('restart: before')
    await postgres.stop('SIGKILL')
    await postgres.start()
    const isStored = () =>
      chat.sayElsewhere('restart: after').then(
        () => true,
        () => false,
      )
    await expect.poll(isStored, { timeout: 20_000, interval: 200 }).toBe(true)
    await expect.poll(() => chat.shown(), within).toEqual(['restart: before', 'restart: after'])
    await expect.poll(() => chat.client.state.connection.state, within).toBe('live')
    await chat.sayElsewhere('restart: later')
    await expect.poll(() => chat.shown().at(-1), within).toBe('restart: later')
  })

  it('[FO12] end the sockets of either after a logout at the other, and those of an organisation that is switched off', async () => {
    const visitor = await openVisitor(one.url)
    const agent = await logIn(one.url, one.admin)
    const agentSocket = await listen(other, { agentToken: agent.token })
    expect(
      (await call(`${one.url}/api/agent/logout`, { method: 'POST', headers: { cookie: agent.cookie } })).status,
    ).toBe(200)
    expect((await agentSocket.closed).code).toBe(4401)
    const sockets = await Promise.all([one, other].map((server) => listen(server, { orgToken: visitor.token })))
    await postgres.run('UPDATE orgs SET enabled = 0', database)
    expect((await Promise.all(sockets.map(({ closed }) => closed))).map(({ code }) => code)).toEqual([4403, 4403])
    await postgres.run('UPDATE orgs SET enabled = 1', database)
  })
})
