import { createServer } from 'node:http'

// The HTTP server that no server on Node can beat: reads the body, answers 201 with bytes of the same size, and stores nothing.
// Usage: node bench/messages/bare-http.ts; prints its address.

const answer = JSON.stringify({
  ...{ id: '0'.repeat(36), conversationId: '0'.repeat(36), sequence: 1_000, role: 'user', kind: 'text' },
  ...{
    content: 'text of c00-1000',
    attachments: [],
    timestamp: new Date(0).toISOString(),
    clientMessageId: 'c00-1000',
  },
})
const head = { 'content-type': 'application/json; charset=utf-8', 'content-length': String(Buffer.byteLength(answer)) }

const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    JSON.parse(Buffer.concat(parts).toString())
    response.writeHead(201, head).end(answer)
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object') console.log(`ready on http://127.0.0.1:${String(address?.port)}/`)
})
