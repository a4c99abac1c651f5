import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from './api-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

let server: SpawnedServer

beforeAll(async () => {
  buildServer()
  server = await spawnServer()
})
afterAll(() => server.remove())

describe('pages', () => {
  it('[PG1] shows the demo shop with the two lines of the embed (S15)', async () => {
    const { status, text } = await call(`${server.url}/demo`)
    expect(status).toBe(200)
    expect(text).toContain("window.HELVINO_ORG_KEY = 'demo'")
    expect(text).toContain('<script src="/embed.js" async></script>')
  })

  it('[PG2] sends its pages with a policy without unsafe-*, a nonce of this answer alone, and no framing', async () => {
    const [one, two] = [await call(`${server.url}/demo`), await call(`${server.url}/demo`)]
    const policies = [one, two].map(({ headers }) => headers.get('content-security-policy') ?? '')
    for (const policy of policies) {
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('unsafe')
    }
    const nonces = policies.map((policy) => /'nonce-([^']+)'/.exec(policy)?.[1] ?? '')
    expect(nonces[0]).not.toBe(nonces[1])
    expect(one.text).toContain(`nonce="${String(nonces[0])}"`)
    expect(one.headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('[PG11] shows the guides, which link to each other, and nothing outside their folder', async () => {
    const { status, text, headers } = await call(`${server.url}/docs`)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toMatch(/^text\/html/)
    const linked = [...text.matchAll(/href="(\/docs[^"#]*)"/g)].map(([, address]) => String(address))
    expect(linked).toContain('/docs/org-token-auto-renew')
    for (const address of linked) expect([address, (await call(server.url + address)).status]).toEqual([address, 200])
    for (const address of ['/docs/nothing', '/docs/..%2fhelvino.js', '/docs/%2e%2e/helvino', '/docs/a/b/c'])
      expect([address, (await call(server.url + address)).status]).toEqual([address, 404])
  })

  it('[PG3] sends the front page on to the demo', async () => {
    const { status, headers } = await call(`${server.url}/`)
    expect([status, headers.get('location')]).toEqual([302, '/demo'])
  })
})
