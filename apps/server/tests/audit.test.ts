import type { AuditEntry, AuditPage } from '@helvino/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addAgent } from './add-agent.ts'
import { type AgentLogin, call, logIn } from './api-client.ts'
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
  call(`${url}/api/agent${path}`, { method, headers: who.headers, ...(body && { body }) })
const page = async (query = '') => (await api(`/audit${query}`)).body as unknown as AuditPage
const password = 'a-password-of-the-test'
const tryLogin = (email: string, wrong: string) => call(`${url}/api/agent/login`, { body: { email, password: wrong } })

/** What came on top of the record, the oldest first. */
async function told(act: () => Promise<unknown>): Promise<readonly AuditEntry[]> {
  const [last] = (await page()).entries
  await act()
  const { entries } = await page()
  return entries
    .slice(
      0,
      entries.findIndex(({ id }) => id === last?.id),
    )
    .toReversed()
}

describe('the record of what was done', () => {
  it('[AL1] tells who logged in and out, when, and the same key for the same address', async () => {
    const entries = await told(async () => {
      const session = await logIn(url, { email: 'grace@shop.example', password })
      await call(`${url}/api/agent/logout`, { method: 'POST', headers: { cookie: session.cookie } })
    })
    const actor = { name: 'Grace', email: 'grace@shop.example' }
    expect(entries).toMatchObject([
      { action: 'login', actor, subject: '', changes: [] },
      { action: 'logout', actor },
    ])
    expect(entries[0]?.addressKey).toMatch(/^[\da-f]{12}$/)
    expect(entries[1]?.addressKey).toBe(entries[0]?.addressKey)
    expect(Math.abs(Date.parse(entries[0]?.at ?? '') - Date.now())).toBeLessThan(60_000)
  })

  it('[AL2] tells of a failed login for an account that there is, and of no other', async () => {
    const entries = await told(async () => {
      await tryLogin('nobody@shop.example', 'not-this-password')
      await tryLogin('GRACE@shop.example', 'not-this-password')
      await expect.poll(async () => (await page('?limit=1')).entries[0]?.action).toBe('login_failed')
    })
    expect(entries).toMatchObject([
      { action: 'login_failed', subject: 'grace@shop.example', actor: { name: '', email: '' } },
    ])
  })

  it('[AL3] tells of what admins change: the team, settings, sites and the secret', async () => {
    const entries = await told(async () => {
      const { body: open } = await api('/team/invitations', 'POST', { email: 'mia@shop.example', role: 'agent' })
      await api(`/team/invitations/${String(open['id'])}`, 'DELETE')
      const { body } = await api('/team/invitations', 'POST', { email: 'noa@shop.example', role: 'agent' })
      await call(`${url}/api/invitation/accept`, { body: { token: body['token'], name: 'Noa', password } })
      const noa = await logIn(url, { email: 'noa@shop.example', password })
      await api(`/team/members/${noa.userId}`, 'PUT', { role: 'admin' })
      await api(`/team/members/${noa.userId}`, 'DELETE')
      await api('/settings', 'PUT', { branding: false, greeting: 'Secret words', writeEnabled: true })
      await api('/settings', 'PUT', { branding: false })
      await api('/sites/allow', 'POST', { origin: 'https://shop.example' })
      await api('/identity', 'POST')
    })
    const noa = { name: 'Noa', email: 'noa@shop.example' }
    const administrator = { name: 'Administrator' }
    expect(entries).toMatchObject([
      { action: 'invitation_made', subject: 'mia@shop.example', changes: [{ field: 'role', to: 'agent' }] },
      { action: 'invitation_withdrawn', subject: 'mia@shop.example', actor: administrator },
      { action: 'invitation_made', subject: 'noa@shop.example' },
      { action: 'invitation_accepted', actor: noa },
      { action: 'login', actor: noa },
      { action: 'role_changed', subject: 'noa@shop.example', changes: [{ field: 'role', to: 'admin' }] },
      { action: 'member_removed', subject: 'noa@shop.example', actor: administrator },
      {
        action: 'settings_changed',
        changes: [{ field: 'branding', from: 'true', to: 'false' }, { field: 'greeting' }],
      },
      { action: 'site_allowed', subject: 'https://shop.example' },
      { action: 'identity_secret_rotated', actor: administrator },
    ])
    expect(JSON.stringify(entries)).not.toContain('Secret words')
  })

  it('[AL4] is read by admins only, page by page, and refuses a page that cannot be', async () => {
    const refused = await api('/audit', 'GET', undefined, grace)
    expect([refused.status, refused.body['code']]).toEqual([403, 'role_insufficient'])
    const { entries } = await page()
    const first = await page('?limit=2')
    expect(first.entries).toEqual(entries.slice(0, 2))
    const second = await page(`?limit=2&before=${first.nextBefore ?? ''}`)
    expect(second.entries).toEqual(entries.slice(2, 4))
    const last = await page(`?before=${entries.at(-1)?.id ?? ''}`)
    expect(last).toEqual({ entries: [] })
    for (const query of ['?limit=x', '?before=x', "?before=' OR 1=1", '?before=a&before=b'])
      expect((await api(`/audit${query}`)).body['code']).toBe('request_invalid')
  })

  it('[AL5] keeps an address with the end of a line, or markup, as one entry', async () => {
    const name = 'Eve"}\n{"action":"data_deleted"} <b>'
    const entries = await told(async () => {
      const { body } = await api('/team/invitations', 'POST', { email: 'eve@shop.example', role: 'agent' })
      await call(`${url}/api/invitation/accept`, { body: { token: body['token'], name, password } })
    })
    expect(entries.map(({ action }) => action)).toEqual(['invitation_made', 'invitation_accepted'])
    expect(entries[1]?.actor.name).toBe('Eve"}{"action":"data_deleted"} <b>')
  })
})
