import { expect, it } from 'vitest'
import WebSocket from 'ws'
import { call, logIn, openVisitor, orgHeaders, postText } from './api-client.ts'
import { SocketClient } from './socket-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

async function read({ url }: SpawnedServer) {
  const text = await (await fetch(`${url}/metrics`)).text()
  const found = new Map(
    text
      .split('\n')
      .filter((line) => line.startsWith('helvino_'))
      .map((line) => line.split(' ') as [string, string]),
  )
  return (name: string) => Number(found.get(name) ?? 0)
}

it('[MX9] every way to an answer is counted: through the routes, beside them and at the door; messages with their time', async () => {
  buildServer()
  const server = await spawnServer({ env: { TRUSTED_PROXIES: '1' } })
  try {
    const { url, admin } = server
    const visitor = await openVisitor(url)
    for (const text of ['one', 'two']) expect((await postText(url, visitor, text)).status).toBe(201)
    const agent = await logIn(url, admin)
    const answer = await call(`${url}/api/agent/conversations/${visitor.conversationId}/messages`, {
      headers: agent.headers,
      body: { content: 'three' },
    })
    expect(answer.status).toBe(201)
    const socket = new SocketClient(url)
    await socket.hello({ orgToken: visitor.token })
    const first = await read(server)
    expect(first('helvino_message_seconds_count{role="visitor"}')).toBe(2)
    expect(first('helvino_message_seconds_count{role="agent"}')).toBe(1)
    expect(first('helvino_message_seconds_bucket{le="10",role="visitor"}')).toBe(2)
    expect(first('helvino_sockets')).toBe(1)
    expect(first('helvino_writes_total')).toBeGreaterThanOrEqual(3)
    expect(first('helvino_commits_total')).toBeGreaterThan(0)

    const headers = { ...orgHeaders, 'x-forwarded-for': '198.51.100.7' }
    for (let loads = 0; loads < 3; loads += 1)
      expect((await call(`${url}/api/bootloader`, { headers })).status).toBe(200)
    await call(`${url}/api/bootloader`, { headers: { ...headers, 'x-org-key': 'nobody' } })
    const beside = await read(server)
    // The first reading is one of them.
    expect(beside('helvino_answers_total{status="200"}') - first('helvino_answers_total{status="200"}')).toBe(4)
    expect(beside('helvino_refusals_total{code="not_found"}') - first('helvino_refusals_total{code="not_found"}')).toBe(
      1,
    )

    // What one address may ask at once is 2,000; each connection waits for its answer.
    let refused = 0
    const knock = async () => {
      for (let tries = 0; tries < 150 && refused < 20; tries += 1) {
        const { status } = await call(`${url}/healthz`, { headers: { 'x-forwarded-for': '203.0.113.9' } })
        if (status === 429) refused += 1
      }
    }
    await Promise.all(Array.from({ length: 20 }, knock))
    expect(refused).toBeGreaterThan(0)
    expect((await read(server))('helvino_refusals_total{code="rate_limited"}')).toBe(refused)
    // An upgrade to what is none is answered in HTTP, too.
    const missing = (await read(server))('helvino_refusals_total{code="not_found"}')
    await new Promise((resolve) => new WebSocket(`${url.replace('http', 'ws')}/elsewhere`).once('error', resolve))
    expect((await read(server))('helvino_refusals_total{code="not_found"}')).toBe(missing + 1)
    socket.close()
    await expect.poll(async () => (await read(server))('helvino_sockets')).toBe(0)
  } finally {
    await server.remove()
  }
})
