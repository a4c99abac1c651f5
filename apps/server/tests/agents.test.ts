import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addAgent } from './add-agent.ts'
import { type AgentLogin, call, logIn, openVisitor, postText } from './api-client.ts'
import { SocketClient } from './socket-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

let server: SpawnedServer
let url: string
let agent: AgentLogin

beforeAll(async () => {
  buildServer()
  server = await spawnServer()
  url = server.url
  agent = await logIn(url, server.admin)
})

afterAll(() => server.remove())

const login = (body: object, headers: Record<string, string> = {}) => call(`${url}/api/agent/login`, { body, headers })

describe('agents', () => {
  it('[AG1] logs in with the password of the first start, and says who it is', async () => {
    const { status, headers, body } = await login({ ...server.admin })
    expect(status).toBe(200)
    expect(body).toMatchObject({ ok: true, user: { email: server.admin?.email, role: 'owner' }, org: { key: 'demo' } })
    const [cookie] = headers.getSetCookie()
    expect(cookie).toMatch(/^helvino\.session=.*HttpOnly.*SameSite=Lax/i)
  })

  it('[AG2] answers a wrong password and an unknown address alike', async () => {
    const wrong = await login({ email: server.admin?.email, password: 'wrong-password' })
    const unknown = await login({ email: 'nobody@shop.example', password: 'wrong-password' })
    const malformed = await login({ email: 'not an address', password: 'wrong-password' })
    expect(wrong.status).toBe(401)
    expect(wrong.body).toMatchObject({ code: 'login_failed' })
    expect([unknown.text, malformed.text]).toEqual([wrong.text, wrong.text])
  })

  it('[AG3] slows down guessing for one account with 429 and Retry-After', async () => {
    const guess = () => login({ email: 'guessed@shop.example', password: 'wrong-password' })
    let answer = await guess()
    for (let tries = 0; tries < 20 && answer.status === 401; tries++) answer = await guess()
    expect([answer.status, answer.body['code']]).toEqual([429, 'rate_limited'])
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it('[AG4] refuses every cookie route to a page of another site', async () => {
    const foreign = [{ origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }]
    for (const headers of foreign) {
      const answers = [
        await login({ ...server.admin }, headers),
        await call(`${url}/api/agent/token`, { method: 'POST', headers: { cookie: agent.cookie, ...headers } }),
        await call(`${url}/api/agent/logout`, { method: 'POST', headers: { cookie: agent.cookie, ...headers } }),
        await call(`${url}/api/agent/session`, { headers: { cookie: agent.cookie, ...headers } }),
      ]
      for (const { status, body } of answers) expect([status, body['code']]).toEqual([403, 'origin_not_allowed'])
    }
  })

  it('[AG5] gives a session a short-lived token with the server’s clock, and nobody else', async () => {
    const { body } = await call(`${url}/api/agent/token`, { method: 'POST', headers: { cookie: agent.cookie } })
    expect(body).toMatchObject({
      ok: true,
      agentToken: expect.any(String) as string,
      timestamp: expect.any(String) as string,
    })
    const none = await call(`${url}/api/agent/token`, { method: 'POST' })
    const forged = await call(`${url}/api/agent/token`, {
      method: 'POST',
      headers: { cookie: 'helvino.session=forged.forged' },
    })
    for (const answer of [none, forged]) expect([answer.status, answer.body['code']]).toEqual([401, 'login_required'])
  })

  it('[AG6] opens the agents’ calls to an agent’s token only, not to a visitor’s', async () => {
    const visitor = await openVisitor(url)
    const list = (headers: Record<string, string>) => call(`${url}/api/agent/conversations`, { headers })
    expect((await list({})).body['code']).toBe('token_missing')
    expect((await list({ 'x-agent-token': visitor.token })).body['code']).toBe('token_invalid')
    expect((await list({ cookie: agent.cookie })).status).toBe(401)
    const asVisitor = await call(`${url}/conversations`, { headers: { 'x-org-token': agent.token } })
    expect(asVisitor.body['code']).toBe('token_invalid')
  })

  it('[AG7] lists, reads, replies with the same idempotency, marks read, resolves and reopens', async () => {
    const visitor = await openVisitor(url)
    await postText(url, visitor, 'a question')
    const base = `${url}/api/agent/conversations`
    const path = `${base}/${visitor.conversationId}`
    const { headers } = agent
    const find = async (query: string) => {
      const { body } = await call(`${base}?${query}`, { headers })
      return (body['conversations'] as { id: string }[]).find(({ id }) => id === visitor.conversationId)
    }
    expect(await find('unread=1')).toMatchObject({ preview: 'a question', readSequence: 0, latestSequence: 1 })
    const reply = () => call(`${path}/messages`, { headers, body: { content: 'an answer', clientMessageId: 'r1' } })
    const first = await reply()
    const again = await reply()
    expect([first.status, again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 200, 'true'])
    expect(first.body).toMatchObject({ role: 'agent', sequence: 2 })
    const read = await call(`${path}/read`, { headers, body: { sequence: 2 } })
    expect(read.body['conversation']).toMatchObject({ readSequence: 2 })
    expect(await find('unread=1')).toBeUndefined()
    expect((await call(`${path}/resolve`, { method: 'POST', headers })).body['conversation']).toMatchObject({
      status: 'resolved',
    })
    expect(await find('status=open')).toBeUndefined()
    expect((await call(`${path}/reopen`, { method: 'POST', headers })).body['conversation']).toMatchObject({
      status: 'open',
    })
    expect((await call(`${base}/nowhere/resolve`, { method: 'POST', headers })).status).toBe(404)
  })

  it('[AG8] logs out: the cookie opens nothing from then on', async () => {
    const once = await logIn(url, server.admin)
    const out = await call(`${url}/api/agent/logout`, { method: 'POST', headers: { cookie: once.cookie } })
    expect(out.status).toBe(200)
    const after = await call(`${url}/api/agent/session`, { headers: { cookie: once.cookie } })
    expect(after.body['code']).toBe('login_required')
  })

  it('[AG24] ends with a logout the token, the waiting read and, within 5 s, the socket', async () => {
    const once = await logIn(url, server.admin)
    const visitor = await openVisitor(url)
    const socket = new SocketClient(url)
    await socket.hello({ agentToken: once.token })
    const path = `${url}/api/agent/conversations/${visitor.conversationId}/messages`
    const poll = call(`${path}?after=0&waitMs=20000`, { headers: once.headers })
    // Answered after the poll has begun to wait: requests of one client on one machine.
    await call(`${url}/healthz`)
    await call(`${url}/api/agent/logout`, { method: 'POST', headers: { cookie: once.cookie } })
    expect((await call(path, { headers: once.headers })).body['code']).toBe('token_invalid')
    await postText(url, visitor, 'not for whoever has logged out')
    expect((await poll).body['code']).toBe('token_invalid')
    expect(await socket.closed).toEqual({ code: 4401, reason: 'token_invalid' })
  })

  it('[AG29] lets the owner of an address in where they logged in before, while strangers guess at it', async () => {
    const own = await addAgent(server, 'Sought')
    const { cookie } = await logIn(url, own)
    let guess = await login({ ...own, password: 'wrong-password' })
    for (let tries = 0; tries < 20 && guess.status === 401; tries += 1)
      guess = await login({ ...own, password: 'wrong-password' })
    expect(guess.status).toBe(429)
    expect((await login(own)).status).toBe(429)
    expect((await login(own, { cookie })).status).toBe(200)
    const { cookie: others } = await logIn(url, await addAgent(server, 'Other'))
    expect((await login(own, { cookie: others })).status).toBe(429)
    // Once they are logged out, too.
    await call(`${url}/api/agent/logout`, { method: 'POST', headers: { cookie } })
    expect((await login(own, { cookie })).status).toBe(200)
  })

  it('[AG30] ends a login thirty days after it began, however often it is used', async () => {
    const own = await addAgent(server, 'Longest')
    const { userId, cookie, headers } = await logIn(url, own)
    const begin = (daysAgo: number) => {
      const database = new Sqlite(join(server.dataFolder, 'helvino.db'))
      const startedAt = new Date(Date.now() - daysAgo * 86_400_000).toISOString()
      database.prepare('UPDATE session SET "createdAt" = ? WHERE "userId" = ?').run(startedAt, userId)
      database.close()
    }
    const seen = async () => [
      (await call(`${url}/api/agent/session`, { headers: { cookie } })).status,
      (await call(`${url}/api/agent/token`, { method: 'POST', headers: { cookie } })).status,
      (await call(`${url}/api/agent/counts`, { headers })).body['code'],
    ]
    begin(29.9)
    expect(await seen()).toEqual([200, 200, undefined])
    begin(30.1)
    expect(await seen()).toEqual([401, 401, 'token_invalid'])
    const again = await logIn(url, own)
    const { body } = await call(`${url}/api/agent/account`, { headers: again.headers })
    expect(body['sessions']).toHaveLength(1)
  })

  it('[AG9] offers no way to sign up, and none of the login library’s own routes', async () => {
    for (const path of ['/api/auth/sign-up/email', '/api/auth/sign-in/email', '/api/auth/get-session']) {
      const { status } = await call(`${url}${path}`, {
        body: { email: 'x@y.example', password: 'long enough', name: 'x' },
      })
      expect(status).toBe(404)
    }
  })

  it('[AG10] refuses a login that would cross the network in the clear, and says what to do', async () => {
    const { request } = await import('node:http')
    const status = await new Promise<number | undefined>((resolve) => {
      const { port } = new URL(url)
      const headers = { host: `192.168.1.5:${port}`, 'content-type': 'application/json' }
      request({ host: '127.0.0.1', port, path: '/api/agent/login', method: 'POST', headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      }).end(JSON.stringify(server.admin))
    })
    expect(status).toBe(403)
  })
})
