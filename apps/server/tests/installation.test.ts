import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AgentLogin, call, logIn, orgHeaders } from './api-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

let server: SpawnedServer
let agent: AgentLogin

beforeAll(async () => {
  buildServer()
  server = await spawnServer()
  agent = await logIn(server.url, server.admin)
})

afterAll(() => server.remove())

const load = (origin?: string) =>
  call(`${server.url}/api/bootloader`, { headers: { ...orgHeaders, ...(origin !== undefined && { origin }) } })

interface Seen {
  readonly origin: string
  readonly firstSeenAt: string
  readonly lastSeenAt: string
}

async function readInstallation() {
  const { body } = await call(`${server.url}/api/agent/installation`, { headers: agent.headers })
  return body as { orgKey: string; siteId: string; seen: Seen[] }
}

describe('the installation', () => {
  it('[IS2] tells what a site needs, and which admitted sites have loaded the widget', async () => {
    expect(await readInstallation()).toEqual({ orgKey: 'demo', siteId: 'site_demo', seen: [] })
    expect((await load('http://localhost:3000')).status).toBe(200)
    expect((await load('https://refused.example')).status).toBe(403)
    expect((await load()).status).toBe(200)
    const { seen } = await readInstallation()
    expect(seen.map(({ origin }) => origin)).toEqual(['http://localhost:3000'])
    expect(Math.abs(Date.parse(seen[0]?.firstSeenAt ?? '') - Date.now())).toBeLessThan(60_000)
    expect((await call(`${server.url}/api/agent/installation`)).body['code']).toBe('token_missing')
  })
})
