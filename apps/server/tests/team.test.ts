import { limits } from '@helvino/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addAgent } from './add-agent.ts'
import { type AgentLogin, call, logIn, openVisitor } from './api-client.ts'
import { SocketClient } from './socket-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

let server: SpawnedServer
let url: string
let admin: AgentLogin
let grace: AgentLogin

beforeAll(async () => {
  buildServer()
  server = await spawnServer()
  url = server.url
  admin = await logIn(url, server.admin)
  grace = await logIn(url, await addAgent(server, 'Grace'))
})

afterAll(() => server.remove())

const api = (path: string, method: 'GET' | 'POST' | 'PUT' | 'DELETE' = 'GET', body?: object, who = admin) =>
  call(`${url}/api/agent/team${path}`, { method, headers: who.headers, ...(body && { body }) })

const password = 'a-password-of-the-test'
const accept = (token: unknown, more: object = {}) =>
  call(`${url}/api/invitation/accept`, { body: { token, name: 'New Name', password, ...more } })
const offerOf = (token: string) => call(`${url}/api/invitation`, { headers: { 'x-invitation-token': token } })

async function invite(email: string, role = 'agent'): Promise<{ id: string; token: string }> {
  const { status, body } = await api('/invitations', 'POST', { email, role })
  expect(status).toBe(201)
  return body as { id: string; token: string }
}

/** Somebody new, who is a member and has logged in. */
async function join(email: string, role = 'agent') {
  const { token } = await invite(email, role)
  expect((await accept(token)).body).toEqual({ ok: true })
  return logIn(url, { email, password })
}

describe('the team', () => {
  it('[TEA1] shows every agent who the members are, and admins alone who is invited', async () => {
    const { id } = await invite('waits@shop.example', 'admin')
    const members = [
      { userId: admin.userId, name: 'Administrator', email: server.admin?.email, role: 'owner', isYou: true },
      { userId: grace.userId, name: 'Grace', email: 'grace@shop.example', role: 'agent', isYou: false },
    ]
    const { body } = await api('')
    expect(body).toMatchObject({ members, invitations: [{ id, email: 'waits@shop.example', role: 'admin' }] })
    const [invitation] = body['invitations'] as { createdAt: string; expiresAt: string }[]
    expect(Date.parse(invitation?.expiresAt ?? '') - Date.parse(invitation?.createdAt ?? '')).toBe(limits.invitationMs)
    expect(JSON.stringify(body)).not.toContain('token')
    expect((await api('', 'GET', undefined, grace)).body).toMatchObject({
      members: [{ isYou: false }, { isYou: true }],
      invitations: [],
    })
    expect((await api(`/invitations/${id}`, 'DELETE')).body).toMatchObject({ invitations: [] })
  })

  it('[TEA2] lets whoever is invited look at the offer, join once, and log in', async () => {
    const { token } = await invite(' Ida@Shop.example ')
    expect((await offerOf(token)).body).toMatchObject({
      email: 'ida@shop.example',
      role: 'agent',
      orgName: 'Hearth & Clay',
    })
    expect((await accept(token, { name: 'Ida' })).body).toEqual({ ok: true })
    const login = await call(`${url}/api/agent/login`, { body: { email: 'ida@shop.example', password } })
    expect(login.body).toMatchObject({ user: { name: 'Ida', role: 'agent' }, org: { key: 'demo' } })
    expect([(await accept(token)).status, (await offerOf(token)).status]).toEqual([404, 404])
  })

  it('[TEA3] opens nothing with a token that was withdrawn, replaced, made up or comes in an address', async () => {
    const withdrawn = await invite('mia@shop.example')
    const replaced = await invite('noa@shop.example')
    const { token } = await invite('noa@shop.example')
    expect((await api(`/invitations/${withdrawn.id}`, 'DELETE')).status).toBe(200)
    expect((await api(`/invitations/${withdrawn.id}`, 'DELETE')).status).toBe(404)
    for (const each of [withdrawn.token, replaced.token, 'x'.repeat(43), 'short'])
      expect((await accept(each)).status).toBe(404)
    expect((await call(`${url}/api/invitation?token=${token}`)).status).toBe(404)
    expect((await offerOf(token)).status).toBe(200)
  })

  it('[TEA4] refuses a name, password or address that cannot be, and an address that is a member’s', async () => {
    const { token } = await invite('ole@shop.example')
    for (const more of [{ name: ' ' }, { name: 'x'.repeat(81) }, { password: 'short' }, { password: 'x'.repeat(129) }])
      expect((await accept(token, more)).body['code']).toBe('request_invalid')
    for (const email of ['no address', 'a@b', '', 'x'.repeat(250) + '@b.example', 'a b@c.example', 7])
      expect((await api('/invitations', 'POST', { email, role: 'agent' })).body['code']).toBe('request_invalid')
    expect((await api('/invitations', 'POST', { email: 'a@b.example', role: 'god' })).body['code']).toBe(
      'request_invalid',
    )
    const taken = await api('/invitations', 'POST', { email: 'GRACE@shop.example', role: 'agent' })
    expect([taken.status, taken.body['code']]).toEqual([409, 'address_taken'])
  })

  it('[PW4] lets nobody join with a password that is easily guessed, and the invitation stays open', async () => {
    const { token } = await invite('rosalind.franklin@shop.example')
    for (const password of ['qwerty123456', 'rosalind-franklin-51'])
      expect(await accept(token, { password })).toMatchObject({ status: 422, body: { code: 'password_guessable' } })
    expect((await offerOf(token)).status).toBe(200)
    expect((await accept(token)).status).toBe(200)
  })

  it('[TEA5] leaves the team to admins', async () => {
    const tries = [
      await api('/invitations', 'POST', { email: 'x@shop.example', role: 'agent' }, grace),
      await api('/invitations/any', 'DELETE', undefined, grace),
      await api(`/members/${grace.userId}`, 'PUT', { role: 'admin' }, grace),
      await api(`/members/${admin.userId}`, 'DELETE', undefined, grace),
    ]
    for (const { status, body } of tries) expect([status, body['code']]).toEqual([403, 'role_insufficient'])
  })

  it('[TEA6] changes a role at once, and keeps the last owner one', async () => {
    const last = await api(`/members/${admin.userId}`, 'PUT', { role: 'agent' })
    expect([last.status, last.body['code']]).toEqual([409, 'last_owner'])
    expect((await api(`/members/${admin.userId}`, 'DELETE')).body['code']).toBe('last_owner')
    expect((await api(`/members/${admin.userId}`, 'PUT', { role: 'owner' })).status).toBe(200)
    const second = await join('second@shop.example', 'admin')
    expect((await api(`/members/${second.userId}`, 'PUT', { role: 'agent' })).status).toBe(200)
    const refused = await api('/invitations', 'POST', { email: 'x@shop.example', role: 'agent' }, second)
    expect(refused.body['code']).toBe('role_insufficient')
    expect((await api('/members/nobody', 'PUT', { role: 'agent' })).status).toBe(404)
    expect((await api(`/members/${second.userId}`, 'PUT', { role: 'god' })).body['code']).toBe('request_invalid')
  })

  it('[TEA13] leaves to owners who owns: an admin makes none, and changes, removes and signs out none', async () => {
    const second = await join('bea@shop.example', 'admin')
    const tries = [
      await api('/invitations', 'POST', { email: 'x@shop.example', role: 'owner' }, second),
      await api(`/members/${second.userId}`, 'PUT', { role: 'owner' }, second),
      await api(`/members/${grace.userId}`, 'PUT', { role: 'owner' }, second),
      await api(`/members/${admin.userId}`, 'PUT', { role: 'agent' }, second),
      await api(`/members/${admin.userId}`, 'DELETE', undefined, second),
      await api(`/members/${admin.userId}/sign-out`, 'POST', undefined, second),
    ]
    for (const { status, body } of tries) expect([status, body['code']]).toEqual([403, 'role_insufficient'])
    const made = await api('/invitations', 'POST', { email: 'next@shop.example', role: 'owner' })
    const again = await api('/invitations', 'POST', { email: 'next@shop.example', role: 'agent' }, second)
    const withdrawn = await api(`/invitations/${String(made.body['id'])}`, 'DELETE', undefined, second)
    for (const { status, body } of [again, withdrawn])
      expect([status, body['code']]).toEqual([403, 'role_insufficient'])
    expect((await api(`/invitations/${String(made.body['id'])}`, 'DELETE')).status).toBe(200)
    const { body } = await api('', 'GET', undefined, admin)
    expect((body['members'] as { role: string }[]).filter(({ role }) => role === 'owner')).toHaveLength(1)
    expect((await api(`/members/${grace.userId}`, 'PUT', { role: 'admin' }, second)).status).toBe(200)
    expect((await api(`/members/${grace.userId}`, 'PUT', { role: 'agent' }, second)).status).toBe(200)

    expect((await api(`/members/${second.userId}`, 'PUT', { role: 'owner' })).status).toBe(200)
    expect((await api(`/members/${admin.userId}`, 'PUT', { role: 'admin' }, second)).status).toBe(200)
    expect((await api(`/members/${second.userId}`, 'DELETE')).body['code']).toBe('role_insufficient')
    expect((await api(`/members/${admin.userId}`, 'PUT', { role: 'owner' }, second)).status).toBe(200)
    expect((await api(`/members/${second.userId}`, 'DELETE')).status).toBe(200)
  })

  it('[TEA7] ends with a removal the sessions, the socket and the login, and frees what was their task', async () => {
    const leaver = await join('leaver@shop.example')
    const visitor = await openVisitor(url)
    const base = `${url}/api/agent/conversations`
    const assigned = await call(`${base}/${visitor.conversationId}/assign`, {
      headers: admin.headers,
      body: { userId: leaver.userId },
    })
    expect(assigned.status).toBe(200)
    const socket = new SocketClient(url)
    await socket.hello({ agentToken: leaver.token })
    const removed = await api(`/members/${leaver.userId}`, 'DELETE')
    expect(JSON.stringify(removed.body)).not.toContain('leaver@shop.example')
    expect((await call(base, { headers: leaver.headers })).body['code']).toBe('token_invalid')
    const session = await call(`${url}/api/agent/session`, { headers: { cookie: leaver.cookie } })
    expect(session.body['code']).toBe('login_required')
    const login = await call(`${url}/api/agent/login`, { body: { email: 'leaver@shop.example', password } })
    expect(login.body['code']).toBe('login_failed')
    expect((await socket.closed).code).toBe(4401)
    const { body } = await call(`${base}?view=unassigned`, { headers: admin.headers })
    expect((body['conversations'] as { id: string }[]).map(({ id }) => id)).toContain(visitor.conversationId)
    expect((await api(`/members/${leaver.userId}`, 'DELETE')).status).toBe(404)
    await join('leaver@shop.example')
  })

  it('[TEA8] admits so many invitations at a time', async () => {
    const { body } = await api('')
    const open = (body['invitations'] as object[]).length
    for (let count = open; count < limits.openInvitations; count += 1) await invite(`n${String(count)}@shop.example`)
    const refused = await api('/invitations', 'POST', { email: 'more@shop.example', role: 'agent' })
    expect([refused.status, refused.body['code']]).toEqual([409, 'limit_reached'])
    await invite('n49@shop.example')
  })

  it('[TEA9] slows down guessing, and refuses another site and the clear', async () => {
    const foreign = { headers: { origin: 'https://evil.example' } }
    expect((await call(`${url}/api/invitation`, foreign)).body['code']).toBe('origin_not_allowed')
    expect((await call(`${url}/api/invitation/accept`, { ...foreign, body: {} })).body['code']).toBe(
      'origin_not_allowed',
    )
    let answer = await offerOf('x'.repeat(43))
    for (let tries = 0; tries < 60 && answer.status === 404; tries += 1) answer = await offerOf('x'.repeat(43))
    expect([answer.status, answer.body['code']]).toEqual([429, 'rate_limited'])
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  })
})
