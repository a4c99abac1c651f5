import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asRecord, asString } from '@helvino/protocol'
import { call, logIn, orgHeaders } from './api-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

const servers: SpawnedServer[] = []

async function start(options: Parameters<typeof spawnServer>[0]): Promise<SpawnedServer> {
  const server = await spawnServer(options)
  servers.push(server)
  return server
}

beforeAll(buildServer)
afterAll(async () => {
  for (const server of servers) await server.remove()
})

describe('first start', () => {
  it('[FS1] shows a random administrator’s password once, and never logs it', async () => {
    const first = await start({ env: { LOG_LEVEL: 'trace' } })
    expect(first.admin?.password).toMatch(/^(?:[a-km-np-z2-9]{5}-){3}[a-km-np-z2-9]{5}$/)
    expect(first.log()).not.toContain(first.admin?.password)
    await first.kill('SIGTERM')
    const second = await start({ dataFolder: first.dataFolder })
    expect(second.admin).toBeUndefined()
    expect((await logIn(second.url, first.admin)).token).not.toBe('')
  })

  it('[FS2] makes the administrator again, with another password, where the first start ended before it was shown', async () => {
    const blocker = await start({})
    const { port } = new URL(blocker.url)
    const failed = spawnServer({ env: { PORT: port }, dataFolder: `${blocker.dataFolder}/second` })
    await expect(failed).rejects.toThrow()
    const again = await start({ dataFolder: `${blocker.dataFolder}/second` })
    expect((await logIn(again.url, again.admin)).token).not.toBe('')
  })

  it('[FS3] ends with one plain sentence where the port is taken', async () => {
    const blocker = await start({})
    const { port } = new URL(blocker.url)
    const failure = await spawnServer({ env: { PORT: port } }).catch((error: unknown) => String(error))
    expect(failure).toContain('the server ended with 1')
    expect(failure).toContain(`Another program already listens on 127.0.0.1:${port}`)
    expect(failure).not.toMatch(/\n\s+at /)
  })

  it('[FS4] has the demo organisation with its key and site id while the demo is on', async () => {
    const server = await start({})
    const { body } = await call(`${server.url}/api/bootloader`, { headers: { 'x-site-id': 'site_demo' } })
    expect(body['org']).toMatchObject({ key: 'demo' })
  })

  it('[FS5] makes a first organisation with a random key, and prints its two lines, while the demo is off', async () => {
    const server = await start({ env: { HELVINO_DEMO: 'off' } })
    expect((await call(`${server.url}/api/bootloader`, { headers: orgHeaders })).status).toBe(404)
    const [, key = ''] = /HELVINO_ORG_KEY = "([\w-]+)"/.exec(server.stdout()) ?? []
    expect(key.length).toBeGreaterThan(16)
    expect((await call(`${server.url}/api/bootloader`, { headers: { 'x-org-key': key } })).status).toBe(200)
    expect((await call(`${server.url}/demo`)).status).toBe(404)
  })

  it('[FS6] issues tokens of the configured life', async () => {
    const server = await start({ env: { ORG_TOKEN_LIFETIME_SECONDS: '5' } })
    const { body } = await call(`${server.url}/api/bootloader`, { headers: orgHeaders })
    const payload = asString(body['orgToken'])?.split('.')[1] ?? ''
    const claims = asRecord(JSON.parse(Buffer.from(payload, 'base64url').toString()))
    expect(Number(claims?.['exp']) - Number(claims?.['iat'])).toBe(5)
  })

  it('[FS7] ends with one plain sentence for a setting that is not allowed', async () => {
    const failure = await spawnServer({ env: { PORT: 'eighty' } }).catch((error: unknown) => String(error))
    expect(failure).toContain('PORT must be a whole number')
    expect(failure).not.toMatch(/\n\s+at /)
  })
})
