import { Agent, request } from 'node:http'
import { percentile } from '../process-figures.ts'

export interface PostedLoad {
  readonly answered: number
  readonly perSecond: number
  /** From the request to the end of its answer, ms. */
  readonly medianMs: number
  readonly p99Ms: number
}

export interface LoadTarget {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** One POST over a kept connection; rejects unless it is answered with 201. */
function post(agent: Agent, { url, headers }: LoadTarget, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const length = String(Buffer.byteLength(body))
    const sent = { ...headers, 'content-type': 'application/json', 'content-length': length }
    const call = request(url, { method: 'POST', agent, headers: sent }, (response) => {
      response.resume()
      response.on('error', reject)
      response.on('end', () => {
        if (response.statusCode === 201) resolve()
        else reject(new Error(`a message was answered with ${String(response.statusCode)}`))
      })
    })
    call.on('error', reject)
    call.end(body)
  })
}

/** One client for each target: each posts its next message when the one before has been answered, all for `forMs`. */
export async function postFor(targets: readonly LoadTarget[], forMs: number): Promise<PostedLoad> {
  const agent = new Agent({ keepAlive: true, maxSockets: targets.length })
  const run = crypto.randomUUID()
  const untilMs = performance.now() + forMs
  const tookMs: number[] = []
  await Promise.all(
    targets.map(async (target, client) => {
      for (let n = 0; performance.now() < untilMs; n += 1) {
        const clientMessageId = `${run}-${String(client)}-${String(n)}`
        const startedAtMs = performance.now()
        await post(
          agent,
          target,
          JSON.stringify({ role: 'user', content: `text of ${clientMessageId}`, clientMessageId }),
        )
        const endedAtMs = performance.now()
        if (endedAtMs < untilMs) tookMs.push(endedAtMs - startedAtMs)
      }
    }),
  )
  agent.destroy()
  return {
    answered: tookMs.length,
    perSecond: Math.round((tookMs.length / forMs) * 1_000),
    medianMs: percentile(tookMs, 0.5),
    p99Ms: percentile(tookMs, 0.99),
  }
}
