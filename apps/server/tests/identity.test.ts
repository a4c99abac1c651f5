import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, logIn, orgHeaders } from './api-client.ts'
import { signIdentity } from './sign-identity.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

let server: SpawnedServer
let admin: Readonly<Record<string, string>>

beforeAll(async () => {
  buildServer()
  server = await spawnServer()
  admin = (await logIn(server.url, server.admin)).headers
})
afterAll(() => server.remove())

const inAnHour = () => Math.floor(Date.now() / 1_000) + 3_600
const secretOf = async (method: 'GET' | 'POST' = 'GET') => {
  const { body } = await call(`${server.url}/api/agent/identity`, { method, headers: admin })
  return body as { secret: string; createdAt: string; previousUntil?: string }
}
const boot = (token: string) =>
  call(`${server.url}/api/bootloader`, { headers: { ...orgHeaders, 'x-visitor-identity': token } })

describe('identity over HTTP', () => {
  it('[ID5] opens, writes and lists with the token alone; the same user is the same visitor on another device', async () => {
    const { secret } = await secretOf()
    expect(secret).toMatch(/^[\w-]{43}$/)
    const token = signIdentity(secret, { sub: 'ada', exp: inAnHour() })
    const { body } = await boot(token)
    const headers = { ...orgHeaders, 'x-org-token': String(body['orgToken']) }
    const opened = await call(`${server.url}/conversations`, { headers, body: {} })
    expect(opened.status).toBe(201)
    const path = `${server.url}/conversations/${String(opened.body['id'])}/messages`
    expect((await call(path, { headers, body: { role: 'user', content: 'from ada' } })).status).toBe(201)
    const elsewhere = await boot(signIdentity(secret, { sub: 'ada', exp: inAnHour() + 9 }))
    const again = { ...orgHeaders, 'x-org-token': String(elsewhere.body['orgToken']) }
    expect((await call(`${server.url}/conversations`, { headers: again })).text).toContain(String(opened.body['id']))
    // A device's own id beside it is somebody else's.
    const mixed = { ...headers, 'x-visitor-id': `v_${crypto.randomUUID()}` }
    expect((await call(`${server.url}/conversations`, { headers: mixed, body: {} })).status).toBe(401)
  })

  it('[ID6] refuses what is not true with 403 identity_invalid and a hint, and never as a token', async () => {
    const { secret } = await secretOf()
    const { status, body } = await boot(signIdentity(`${secret}x`, { sub: 'ada', exp: inAnHour() }))
    expect([status, body['code']]).toEqual([403, 'identity_invalid'])
    expect(String(body['hint'])).toContain('identity secret')
    expect((await boot('')).status).toBe(403)
  })

  it('[ID7] a rotated secret counts for another day, the one before it no longer; only an admin sees it', async () => {
    const [first, second] = [await secretOf(), await secretOf('POST')]
    expect(second.secret).not.toBe(first.secret)
    expect(Date.parse(second.previousUntil ?? '') - Date.now()).toBeGreaterThan(86_000_000)
    const signed = (secret: string) => signIdentity(secret, { sub: 'ada', exp: inAnHour() })
    expect((await boot(signed(first.secret))).status).toBe(200)
    expect((await boot(signed(second.secret))).status).toBe(200)
    const third = await secretOf('POST')
    const statuses = [first, second, third].map(async ({ secret }) => (await boot(signed(secret))).status)
    expect(await Promise.all(statuses)).toEqual([403, 200, 200])
    expect((await call(`${server.url}/api/agent/identity`)).status).toBe(401)
  })

  it('[VW6] what the site has signed of its user is their profile, without waiting, and each part by itself', async () => {
    const { secret } = await secretOf()
    const sign = (more: object) => boot(signIdentity(secret, { sub: 'grace', exp: inAnHour(), ...more }))
    const { body } = await sign({ name: 'Grace', email: 'no address' })
    const headers = { ...orgHeaders, 'x-org-token': String(body['orgToken']) }
    const opened = await call(`${server.url}/conversations`, { headers, body: {} })
    const path = `${server.url}/api/agent/conversations/${String(opened.body['id'])}/visitor`
    const known = async () => (await call(path, { headers: admin })).body['visitor']
    await expect.poll(known).toMatchObject({ name: 'Grace', email: null })
    // One profile in five seconds: what came too soon is kept by a later call.
    await expect
      .poll(
        async () => {
          await sign({ name: 'Grace', email: 'grace@site.example' })
          return known()
        },
        { timeout: 15_000, interval: 500 },
      )
      .toMatchObject({ name: 'Grace', email: 'grace@site.example' })
  })

  it('[ID8] a page of another origin may send an identity', async () => {
    const { headers } = await call(`${server.url}/api/bootloader`, {
      method: 'OPTIONS',
      headers: { origin: 'https://shop.example', 'access-control-request-method': 'GET' },
    })
    expect(headers.get('access-control-allow-headers')).toContain('x-visitor-identity')
  })
})
