import { createHmac, createSecretKey } from 'node:crypto'
import { createServer } from 'node:http'

// What no server on Node can beat: answers the bootloader's bytes, with the HMAC of who the visitor is and the HMAC of the token made anew
// for each call, and asks nobody and checks nothing. Usage: node bench/bootloader/bare-http.ts ANSWER; prints its address.

const [answer = ''] = process.argv.slice(2)
const given = JSON.parse(answer) as { orgToken: string; timestamp: string }
const [header = '', payload = ''] = given.orgToken.split('.')
const signed = `${header}.${payload}`
const [before = '', between = '', after = ''] = answer.split(new RegExp(`${given.orgToken}|${given.timestamp}`))
const key = createSecretKey(Buffer.alloc(32, 7))

const server = createServer((request, response) => {
  const visitorId = request.headers['x-visitor-id']
  if (visitorId !== undefined)
    createHmac('sha256', key)
      .update(`org\0${String(visitorId)}`)
      .digest()
  const mac = createHmac('sha256', key).update(signed).digest('base64url')
  const body = `${before}${signed}.${mac}${between}${new Date().toISOString()}${after}`
  response
    .writeHead(200, {
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'retry-after, idempotent-replayed',
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
    })
    .end(body)
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object') console.log(`ready on http://127.0.0.1:${String(address?.port)}`)
})
