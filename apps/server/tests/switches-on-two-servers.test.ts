import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type AgentLogin, call, logIn, openVisitor, orgHeaders, postText, type Visitor } from './api-client.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { SocketClient } from './socket-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

const within = { timeout: 30_000, interval: 20 }

describe.each(['one file', 'one PostgreSQL'] as const)('a switch with two servers on %s', (kind) => {
  let postgres: PostgresServer | undefined
  let one: SpawnedServer
  let other: SpawnedServer
  let admin: AgentLogin

  beforeAll(async () => {
    buildServer()
    postgres = kind === 'one PostgreSQL' ? await startPostgres() : undefined
    const env: Record<string, string> = postgres ? { DATABASE_URL: await postgres.createDatabase() } : {}
    one = await spawnServer({ env })
    // The same folder: the keys are the same, and so is the file.
    other = await spawnServer({ env, dataFolder: one.dataFolder })
    admin = await logIn(one.url, one.admin)
  }, 90_000)
  afterAll(async () => {
    await other.kill('SIGTERM')
    await one.remove()
    await postgres?.remove()
  })

  async function set(settings: object): Promise<void> {
    const { status } = await call(`${one.url}/api/agent/settings`, {
      ...{ method: 'PUT', headers: admin.headers, body: settings },
    })
    expect(status).toBe(200)
  }

  async function listen(server: SpawnedServer, { token }: Visitor, headers: Readonly<Record<string, string>> = {}) {
    const socket = new SocketClient(server.url, headers)
    onTestFinished(() => {
      socket.close()
    })
    await socket.hello({ orgToken: token })
    return socket
  }

  const site = 'https://shop.example'
  const change = (verb: string, origin = site) =>
    call(`${one.url}/api/agent/sites/${verb}`, { headers: admin.headers, body: { origin } })

  const outcome = async (answer: ReturnType<typeof call>) => {
    const { status, body } = await answer
    return [status, body['code']]
  }

  it('[SW1] refuses what a visitor writes at once where it was made and soon at the other, reads on, and takes it once it is on again', async () => {
    const visitor = await openVisitor(one.url)
    const sockets = await Promise.all([one, other].map((server) => listen(server, visitor)))
    const send = (server: SpawnedServer) => outcome(postText(server.url, visitor, 'hello'))
    for (const server of [one, other]) expect((await send(server))[0]).toBe(201)
    await set({ writeEnabled: false })
    expect(await send(one)).toEqual([403, 'writes_disabled'])
    await expect.poll(() => send(other), within).toEqual([403, 'writes_disabled'])
    const opening = call(`${other.url}/conversations`, { method: 'POST', headers: visitor.headers })
    expect(await outcome(opening)).toEqual([403, 'writes_disabled'])
    const path = `/conversations/${visitor.conversationId}/messages`
    for (const server of [one, other]) {
      expect((await call(server.url + path, { headers: visitor.headers })).status).toBe(200)
      const boot = await call(`${server.url}/api/bootloader`, { headers: orgHeaders })
      expect(boot.body['config']).toMatchObject({ writeEnabled: false, widgetEnabled: true })
    }
    // An agent still answers, and the visitor's sockets hear it; on one file each server's own do.
    const answer = { headers: admin.headers, body: { content: 'still here' } }
    expect((await call(`${one.url}/api/agent${path}`, answer)).status).toBe(201)
    for (const socket of postgres ? sockets : sockets.slice(0, 1))
      await expect.poll(() => socket.messages().at(-1)?.['content'], within).toBe('still here')
    await set({ writeEnabled: true })
    for (const server of [one, other]) await expect.poll(async () => (await send(server))[0], within).toBe(201)
  })

  it('[SW5] ends a site that is removed: its calls are refused, its sockets closed at both, and it can be allowed again', async () => {
    expect((await change('remove')).status).toBe(404)
    expect((await change('remove', 'no address')).status).toBe(400)
    for (const origin of [site, 'https://other.example']) expect((await change('allow', origin)).status).toBe(200)
    const visitor = await openVisitor(one.url)
    const read = (server: SpawnedServer, origin = site) => {
      const headers = { ...visitor.headers, origin }
      return outcome(call(`${server.url}/conversations`, { headers }))
    }
    for (const server of [one, other]) await expect.poll(async () => (await read(server))[0], within).toBe(200)
    const sockets = await Promise.all([one, other].map((server) => listen(server, visitor, { origin: site })))
    expect((await change('remove')).body).toMatchObject({ allowed: ['https://other.example'] })
    expect(await read(one)).toEqual([403, 'origin_not_allowed'])
    await expect.poll(() => read(other), within).toEqual([403, 'origin_not_allowed'])
    expect(await read(one, 'https://other.example')).toEqual([200, undefined])
    const ends = await Promise.all(sockets.map(({ closed }) => closed))
    expect(ends).toEqual([1, 2].map(() => ({ code: 4403, reason: 'origin_not_allowed' })))
    const sites = await call(`${one.url}/api/agent/sites`, { headers: admin.headers })
    expect(sites.body['refused']).toMatchObject([{ origin: site }])
    expect((await change('allow')).status).toBe(200)
    await expect.poll(async () => (await read(other))[0], within).toBe(200)
  })

  it('[SW2] leaves a widget that is switched off to nobody: the bootloader says so, calls are refused and sockets closed at both', async () => {
    const visitor = await openVisitor(one.url)
    const sockets = await Promise.all([one, other].map((server) => listen(server, visitor)))
    const read = (server: SpawnedServer) =>
      outcome(call(`${server.url}/conversations/${visitor.conversationId}/messages`, { headers: visitor.headers }))
    await set({ widgetEnabled: false })
    expect(await read(one)).toEqual([403, 'org_disabled'])
    await expect.poll(() => read(other), within).toEqual([403, 'org_disabled'])
    expect(await outcome(postText(other.url, visitor, 'hello'))).toEqual([403, 'org_disabled'])
    for (const server of [one, other]) {
      const boot = await call(`${server.url}/api/bootloader`, { headers: orgHeaders })
      expect(boot.body['config']).toMatchObject({ widgetEnabled: false })
    }
    const ends = await Promise.all(sockets.map(({ closed }) => closed))
    expect(ends).toEqual([1, 2].map(() => ({ code: 4403, reason: 'org_disabled' })))
    expect((await call(`${other.url}/api/agent/conversations`, { headers: admin.headers })).status).toBe(200)
    await set({ widgetEnabled: true })
    for (const server of [one, other]) await expect.poll(async () => (await read(server))[0], within).toBe(200)
    await listen(other, visitor)
  })
})
