import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addAgent } from './add-agent.ts'
import { call, logIn } from './api-client.ts'
import { codeOfUri, keyOfUri, secretOfUri } from './authenticator.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

const password = 'a-password-of-the-test'

let server: SpawnedServer
let url: string

beforeAll(async () => {
  buildServer()
  server = await spawnServer()
  url = server.url
})

afterAll(() => server.remove())

const tryLogin = (email: string, more: object = {}) =>
  call(`${url}/api/agent/login`, { body: { email, password, ...more } })
const ask = (cookie: string, path: string, body: object, headers: Record<string, string> = {}) =>
  call(`${url}/api/agent/two-factor/${path}`, { headers: { cookie, ...headers }, body })
const cookieOf = (headers: Headers) =>
  headers
    .getSetCookie()
    .map((value) => value.split(';')[0])
    .join('; ')

/** A member whose login asks for codes. */
async function enrolled(name: string) {
  const { email } = await addAgent(server, name)
  const { cookie } = await logIn(url, { email, password })
  const { body } = await ask(cookie, 'enrol', { password })
  const { uri, backupCodes } = body as { uri: string; backupCodes: string[] }
  const confirmed = await ask(cookie, 'confirm', { code: codeOfUri(uri) })
  expect(confirmed.body).toEqual({ ok: true })
  return { email, uri, backupCodes, cookie: cookieOf(confirmed.headers), before: cookie }
}

const rows = (table: string): number => {
  const database = new Sqlite(join(server.dataFolder, 'helvino.db'), { readonly: true })
  const count = database.prepare(`SELECT count(*) FROM "${table}"`).pluck().get() as number
  database.close()
  return count
}

describe('a code beside the password', () => {
  it('[TW1] is asked for at a login once the app has shown one, and not before', async () => {
    const { email } = await addAgent(server, 'Ada')
    const { cookie } = await logIn(url, { email, password })
    expect((await ask(cookie, 'enrol', { password: 'not-the-password' })).body['code']).toBe('password_wrong')
    const { body } = await ask(cookie, 'enrol', { password })
    expect(body['uri']).toMatch(/^otpauth:\/\/totp\/Helvino:ada%40shop\.example\?secret=/)
    expect(body['backupCodes']).toHaveLength(10)
    expect((await tryLogin(email)).status).toBe(200)
    expect((await ask(cookie, 'confirm', { code: '000000' })).body['code']).toBe('code_wrong')
    const confirmed = await ask(cookie, 'confirm', { code: ` ${codeOfUri(String(body['uri']))} ` })
    expect(confirmed.body).toEqual({ ok: true })
    const after = cookieOf(confirmed.headers)
    const session = await call(`${url}/api/agent/session`, { headers: { cookie: after } })
    expect(session.status).toBe(200)
    expect((await ask(after, 'enrol', { password })).body['code']).toBe('two_factor_on')
    const wanted = await tryLogin(email)
    expect([wanted.status, wanted.body['code'], wanted.headers.getSetCookie()]).toEqual([
      401,
      'two_factor_required',
      [],
    ])
    const login = await tryLogin(email, { code: codeOfUri(String(body['uri'])) })
    expect(login.body).toMatchObject({ ok: true, user: { email } })
    // The session, and that this browser is known: nothing of the login that waited for its code.
    expect(login.headers.getSetCookie().map((value) => value.split('=')[0])).toEqual([
      'helvino.session',
      'helvino.known',
    ])
    expect(rows('verification')).toBe(0)
  })

  it('[TW2] says nothing of an account to whoever has not its password', async () => {
    const { email, uri } = await enrolled('Bea')
    const wrong = await tryLogin(email, { password: 'not-the-password', code: codeOfUri(uri) })
    const unknown = await tryLogin('nobody@shop.example', { code: '123456' })
    expect(wrong.status).toBe(401)
    expect(unknown.text).toBe(wrong.text)
    expect((await tryLogin(email, { password: 'not-the-password' })).text).toBe(wrong.text)
  })

  it('[TW3] takes each backup code once', async () => {
    const { email, backupCodes } = await enrolled('Cleo')
    const [code] = backupCodes
    expect((await tryLogin(email, { code })).status).toBe(200)
    expect((await tryLogin(email, { code })).body['code']).toBe('code_wrong')
    expect((await tryLogin(email, { code: backupCodes[1] })).status).toBe(200)
  })

  it('[TW11] takes each code of the app once, however many show it at the same moment', async () => {
    const { email, uri, cookie } = await enrolled('Cyd')
    const code = codeOfUri(uri)
    const logins = await Promise.all(Array.from({ length: 4 }, () => tryLogin(email, { code })))
    expect(logins.map(({ status }) => status).toSorted()).toEqual([200, 403, 403, 403])
    expect((await ask(cookie, 'disable', { password, code })).body['code']).toBe('code_wrong')
    expect((await tryLogin(email, { code: codeOfUri(uri) })).status).toBe(200)
  })

  it('[TW4] slows down guessing at codes as at passwords', async () => {
    const { email } = await enrolled('Dina')
    let answer = await tryLogin(email, { code: '000000' })
    expect([answer.status, answer.body['code']]).toEqual([403, 'code_wrong'])
    for (let tries = 0; tries < 12 && answer.status === 403; tries += 1)
      answer = await tryLogin(email, { code: '000000' })
    expect([answer.status, answer.body['code']]).toEqual([429, 'rate_limited'])
    const { cookie } = await enrolled('Dora')
    let off = await ask(cookie, 'disable', { password, code: '000000' })
    for (let tries = 0; tries < 12 && off.status === 403; tries += 1)
      off = await ask(cookie, 'disable', { password, code: '000000' })
    expect([off.status, off.body['code']]).toEqual([429, 'rate_limited'])
  })

  it('[TW5] is turned off by the password and a code, and by nothing less', async () => {
    const { email, uri, backupCodes, cookie, before } = await enrolled('Emma')
    expect((await ask(before, 'disable', { password, code: backupCodes[0] })).body['code']).toBe('login_required')
    const foreign = await ask(cookie, 'disable', { password, code: '1' }, { origin: 'https://evil.example' })
    expect(foreign.body['code']).toBe('origin_not_allowed')
    expect((await ask(cookie, 'disable', { password })).body['code']).toBe('request_invalid')
    const wrong = await ask(cookie, 'disable', { password: 'not-the-password', code: backupCodes[0] })
    expect(wrong.body['code']).toBe('password_wrong')
    expect((await ask(cookie, 'disable', { password, code: '000000' })).body['code']).toBe('code_wrong')
    expect((await ask(cookie, 'disable', { password, code: codeOfUri(uri) })).body).toEqual({ ok: true })
    expect((await tryLogin(email)).status).toBe(200)
    const admin = await logIn(url, server.admin)
    const { body } = await call(`${url}/api/agent/audit`, { headers: admin.headers })
    const told = (body['entries'] as { action: string; actor: { email: string } }[]).filter(
      ({ actor }) => actor.email === email,
    )
    expect(told.map(({ action }) => action)).toEqual(expect.arrayContaining(['two_factor_on', 'two_factor_off']))
    expect(JSON.stringify(body)).not.toContain(backupCodes[0])
  })

  it('[TW6] keeps no secret and no backup code in the clear', async () => {
    const { uri, backupCodes } = await enrolled('Fay')
    const database = new Sqlite(join(server.dataFolder, 'helvino.db'), { readonly: true })
    const kept = JSON.stringify(database.prepare('SELECT * FROM "twoFactor"').all())
    database.close()
    expect(kept).toContain('backupCodes')
    expect(kept).not.toContain(secretOfUri(uri))
    expect(kept).not.toContain(keyOfUri(uri).toString('latin1'))
    for (const code of backupCodes) expect(kept).not.toContain(code)
  })

  it('[TW7] is forgotten when a member is removed and joins again by an invitation', async () => {
    const { email } = await enrolled('Gina')
    const admin = await logIn(url, server.admin)
    const team = (path: string, method: 'POST' | 'GET' | 'DELETE', body?: object) =>
      call(`${url}/api/agent/team${path}`, { method, headers: admin.headers, ...(body && { body }) })
    const { body } = await team('', 'GET')
    const gina = (body['members'] as { email: string; userId: string }[]).find((member) => member.email === email)
    await team(`/members/${gina?.userId ?? ''}`, 'DELETE')
    const { body: invited } = await team('/invitations', 'POST', { email, role: 'agent' })
    await call(`${url}/api/invitation/accept`, { body: { token: invited['token'], name: 'Gina', password } })
    expect((await tryLogin(email)).status).toBe(200)
  })

  it('[TW9] is demanded of everybody by an owner who has it: who has none does nothing but set it up', async () => {
    const session = async (cookie: string) => (await call(`${url}/api/agent/session`, { headers: { cookie } })).body
    const tokenOf = (cookie: string) => call(`${url}/api/agent/token`, { method: 'POST', headers: { cookie } })
    const hal = await logIn(url, await addAgent(server, 'Hal'))
    const { cookie: idas } = await enrolled('Ida')
    const owner = await logIn(url, server.admin)
    const demand = (demanded: unknown, headers: Record<string, string>) =>
      call(`${url}/api/agent/team/two-factor`, { method: 'PUT', headers, body: { demanded } })
    expect((await demand(true, hal.headers)).body['code']).toBe('role_insufficient')
    expect((await demand('yes', owner.headers)).body['code']).toBe('request_invalid')
    expect((await demand(true, owner.headers)).body['code']).toBe('two_factor_demanded')

    const { body: offer } = await ask(owner.cookie, 'enrol', { password: server.admin?.password })
    const { headers } = await ask(owner.cookie, 'confirm', { code: codeOfUri(String(offer['uri'])) })
    const owners = { 'x-agent-token': String((await tokenOf(cookieOf(headers))).body['agentToken']) }
    const { body: team } = await demand(true, owners)
    expect(team).toMatchObject({ demandsTwoFactor: true })
    expect(JSON.stringify(team)).toMatch(/"email":"hal@shop.example"[^}]*"hasTwoFactor":false/)

    expect((await call(`${url}/api/agent/team`, { headers: hal.headers })).body['code']).toBe('token_invalid')
    expect((await session(hal.cookie))['code']).toBe('login_required')
    expect((await tokenOf(idas)).status).toBe(200)
    const { cookie } = await logIn(url, { email: 'hal@shop.example', password })
    expect(await session(cookie)).toMatchObject({ ok: true, mustSetUpTwoFactor: true })
    const refused = await tokenOf(cookie)
    expect([refused.status, refused.body['code']]).toEqual([403, 'two_factor_demanded'])
    const { body: halsOffer } = await ask(cookie, 'enrol', { password })
    const confirmed = await ask(cookie, 'confirm', { code: codeOfUri(String(halsOffer['uri'])) })
    const hals = cookieOf(confirmed.headers)
    expect(await session(hals)).toMatchObject({ mustSetUpTwoFactor: false })
    const token = String((await tokenOf(hals)).body['agentToken'])
    const seen = await call(`${url}/api/agent/team`, { headers: { 'x-agent-token': token } })
    expect(seen.status).toBe(200)
    // Who of them has none is no news for agents.
    expect(seen.text).not.toContain('hasTwoFactor')
    const off = await ask(hals, 'disable', { password, code: (halsOffer['backupCodes'] as string[])[0] })
    expect([off.status, off.body['code']]).toEqual([403, 'two_factor_demanded'])

    expect((await demand(false, owners)).body).toMatchObject({ demandsTwoFactor: false })
    const jo = await logIn(url, await addAgent(server, 'Jo'))
    expect((await call(`${url}/api/agent/team`, { headers: jo.headers })).status).toBe(200)
    const { body: record } = await call(`${url}/api/agent/audit`, { headers: owners })
    const changes = (record['entries'] as { action: string; changes: object[] }[])
      .filter(({ action }) => action === 'two_factor_demand_changed')
      .map((entry) => entry.changes)
    const change = (from: string, to: string) => [{ field: 'demandsTwoFactor', from, to }]
    expect(changes).toEqual([change('true', 'false'), change('false', 'true')])
  })
})
