import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A token endpoint and an API on loopback: tokens are t1, t2, ...; what `refused` names gets a 401. */
export async function startApi() {
  const received: Received[] = []
  const refused = new Set<string>()
  let issued = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { url: path = '', headers } = request
      response.setHeader('Content-Type', 'application/json')
      if (path === '/token') {
        response.end(JSON.stringify({ access_token: `t${(issued += 1)}`, token_type: 'Bearer', expires_in: 300 }))
        return
      }
      const body = Buffer.concat(chunks).toString()
      received.push({ path, headers, body })
      const token = headers.authorization?.replace('Bearer ', '')
      response.statusCode = token === undefined || refused.has(token) ? 401 : path === '/forbidden' ? 403 : 200
      response.end(JSON.stringify({ token, body }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    refused,
    issued: () => issued,
    tokens: () => received.map(({ headers }) => headers.authorization),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type Api = Awaited<ReturnType<typeof startApi>>
