import { call } from '../apps/server/tests/api-client.ts'
import { spawnServer } from '../apps/server/tests/spawn-server.ts'
import { percentile } from './process-figures.ts'

const visitors = 200
const withinMs = 60_000
const office = { 'x-forwarded-for': '198.51.100.200', 'x-org-key': 'demo' }

interface Served {
  readonly statuses: readonly number[]
  readonly tookMs: number
}

/** As a page does it: the bootloader, the conversation, the first message. */
async function begin(url: string, n: number): Promise<Served> {
  const startedAtMs = performance.now()
  const headers = { ...office, 'x-visitor-id': `v_${crypto.randomUUID()}` }
  const boot = await call(`${url}/api/bootloader`, { headers })
  const withToken = { ...headers, 'x-org-token': String(boot.body['orgToken']) }
  const opened = await call(`${url}/conversations`, { method: 'POST', headers: withToken })
  const path = `${url}/conversations/${String(opened.body['id'])}/messages`
  const posted = await call(path, { headers: withToken, body: { role: 'user', content: `hello ${String(n)}` } })
  return { statuses: [boot.status, opened.status, posted.status], tookMs: performance.now() - startedAtMs }
}

/** 200 visitors behind one address who open a chat, spread over a minute and all at once. */
export async function measureOneAddress(): Promise<readonly object[]> {
  const rows: object[] = []
  for (const spreadMs of [withinMs, 0]) {
    const server = await spawnServer({ env: { TRUSTED_PROXIES: '1' } })
    const served = await Promise.all(
      Array.from({ length: visitors }, async (_unused, n) => {
        await new Promise((resolve) => setTimeout(resolve, (spreadMs * n) / visitors))
        return begin(server.url, n)
      }),
    )
    await server.remove()
    const tookMs = served.map((one) => one.tookMs)
    rows.push({
      what: spreadMs > 0 ? `${String(visitors)} visitors in a minute` : `${String(visitors)} visitors at once`,
      served: served.filter(({ statuses }) => statuses.join() === '200,201,201').length,
      medianMs: percentile(tookMs, 0.5),
      p99Ms: percentile(tookMs, 0.99),
      goal: 'all served',
    })
  }
  return rows
}
