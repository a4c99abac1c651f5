import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addAgent } from './add-agent.ts'
import { type AgentLogin, call, fetchToken, logIn, openVisitor, postText } from './api-client.ts'
import { SocketClient } from './socket-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

const password = 'a-password-of-the-test'
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0'
const graceLogin = { email: 'grace@shop.example', password }

let server: SpawnedServer
let url: string
let admin: AgentLogin

beforeAll(async () => {
  buildServer()
  server = await spawnServer()
  url = server.url
  await addAgent(server, 'Grace')
  admin = await logIn(url, server.admin)
})

afterAll(() => server.remove())

const ask = (who: AgentLogin, path: string, method: 'GET' | 'POST' = 'GET', body?: object) =>
  call(`${url}/api/agent${path}`, { method, headers: who.headers, ...(body && { body }) })
/** What this login opens: the agent's calls, and the page's own. */
const opens = async (who: AgentLogin) => [
  (await ask(who, '/counts')).status,
  (await call(`${url}/api/agent/session`, { headers: { cookie: who.cookie } })).status,
]
const sessionsOf = async (who: AgentLogin) => (await ask(who, '/account')).body['sessions'] as Record<string, unknown>[]

describe('signing out everywhere', () => {
  it('[SO1] shows an agent their own logins, with browser and when each was seen, and nobody else’s', async () => {
    await call(`${url}/api/agent/login`, { body: graceLogin, headers: { 'user-agent': firefox } })
    const grace = await logIn(url, graceLogin)
    const sessions = await sessionsOf(grace)
    expect(sessions).toHaveLength(2)
    expect(sessions.map(({ isCurrent }) => isCurrent).toSorted()).toEqual([false, true])
    expect(sessions.find(({ isCurrent }) => !isCurrent)).toMatchObject({ browser: 'Firefox on Linux' })
    for (const { createdAt, seenAt } of sessions)
      for (const at of [createdAt, seenAt]) expect(Math.abs(Date.parse(String(at)) - Date.now())).toBeLessThan(120_000)
    expect(await sessionsOf(admin)).toHaveLength(1)
  })

  it('[SO2] ends the other logins, or all of them, at once, and their sockets within 5 s', async () => {
    const [here, there] = [await logIn(url, graceLogin), await logIn(url, graceLogin)]
    const socket = new SocketClient(url)
    await socket.hello({ agentToken: there.token })
    const startedAt = performance.now()
    const others = await ask(here, '/sessions/end', 'POST', { scope: 'others' })
    expect(others.body).toMatchObject({ sessions: [{ isCurrent: true }] })
    expect([await opens(here), await opens(there)]).toEqual([
      [200, 200],
      [401, 401],
    ])
    expect((await socket.closed).code).toBe(4401)
    // The recheck comes within 5 s; the rest is room for a busy machine.
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    expect((await ask(here, '/sessions/end', 'POST', { scope: 'all' })).body).toMatchObject({ sessions: [] })
    expect(await opens(here)).toEqual([401, 401])
    expect(await opens(admin)).toEqual([200, 200])
    expect((await ask(admin, '/sessions/end', 'POST', { scope: 'mine' })).body['code']).toBe('request_invalid')
  })

  it('[SO3] lets an admin, and no agent, sign a member out everywhere', async () => {
    const [grace, again] = [await logIn(url, graceLogin), await logIn(url, graceLogin)]
    const path = `/team/members/${grace.userId}/sign-out`
    expect((await ask(grace, path, 'POST')).body['code']).toBe('role_insufficient')
    expect((await ask(admin, '/team/members/nobody/sign-out', 'POST')).status).toBe(404)
    expect((await ask(admin, path, 'POST')).body).toEqual({ ok: true })
    expect([await opens(grace), await opens(again)]).toEqual([
      [401, 401],
      [401, 401],
    ])
    expect(await opens(await logIn(url, graceLogin))).toEqual([200, 200])
  })

  it('[SO4] signs every visitor out within a second; a renewed token goes on with the same conversation', async () => {
    const visitor = await openVisitor(url)
    const socket = new SocketClient(url)
    await socket.hello({ orgToken: visitor.token }, [{ id: visitor.conversationId, after: 0 }])
    expect((await ask(admin, '/visitors/sign-out', 'POST', {})).body['code']).toBe('request_invalid')
    expect((await postText(url, visitor, 'before')).status).toBe(201)
    // A token knows whole seconds: one of the second of the sign-out counts as issued after it.
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    expect((await ask(admin, '/visitors/sign-out', 'POST', { scope: 'all' })).body).toEqual({ ok: true })
    expect((await postText(url, visitor, 'after')).body['code']).toBe('token_invalid')
    expect((await socket.closed).code).toBe(4401)
    const token = await fetchToken(url, visitor.secret)
    const renewed = { ...visitor, headers: { ...visitor.headers, 'x-org-token': token } }
    expect((await postText(url, renewed, 'after')).status).toBe(201)
    admin = await logIn(url, server.admin)
    expect(await opens(admin)).toEqual([200, 200])
  })

  it('[SO5] changes a password for whoever knows the present one, and ends the other logins', async () => {
    const [here, there] = [await logIn(url, graceLogin), await logIn(url, graceLogin)]
    const next = 'another-long-password'
    const change = (currentPassword: string, newPassword: string, headers: Record<string, string> = {}) =>
      call(`${url}/api/agent/password`, {
        headers: { cookie: here.cookie, ...headers },
        body: { currentPassword, newPassword },
      })
    expect((await change('not-this-password', next)).body['code']).toBe('password_wrong')
    expect((await change(password, 'short')).body['code']).toBe('request_invalid')
    expect((await change(password, 'Password2026!')).body['code']).toBe('password_guessable')
    expect((await change(password, next, { origin: 'https://evil.example' })).body['code']).toBe('origin_not_allowed')
    expect(await opens(there)).toEqual([200, 200])
    expect((await change(password, next)).body).toEqual({ ok: true })
    expect([await opens(here), await opens(there)]).toEqual([
      [200, 200],
      [401, 401],
    ])
    expect((await call(`${url}/api/agent/login`, { body: graceLogin })).status).toBe(401)
    expect((await call(`${url}/api/agent/login`, { body: { ...graceLogin, password: next } })).status).toBe(200)
    let answer = await change('not-this-password', next)
    for (let tries = 0; tries < 12 && answer.status === 403; tries += 1)
      answer = await change('not-this-password', next)
    expect([answer.status, answer.body['code']]).toEqual([429, 'rate_limited'])
  })
})
