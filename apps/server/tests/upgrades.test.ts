import { existsSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from './api-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

let server: SpawnedServer

beforeAll(async () => {
  buildServer()
  server = await spawnServer()
})
afterAll(() => server.remove())

const upgradeLines = (path: string, protocol = 'websocket') =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: localhost',
    `Connection: Upgrade, HTTP2-Settings`,
    `Upgrade: ${protocol}`,
    'HTTP2-Settings: AAMAAABkAAQAAP__',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '',
    '',
  ].join('\r\n')

/** A connection that sends this and then reads without ever closing its own side; resolves with the first bytes of the answer. */
async function ask(text: string): Promise<{ readonly socket: Socket; readonly answer: string }> {
  const { hostname, port } = new URL(server.url)
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
  // However the other side ends it: what matters is what the server does afterwards.
  socket.on('error', () => undefined)
  const answer = await new Promise<string>((resolve) => {
    socket.once('data', (bytes) => {
      resolve(bytes.toString('latin1'))
    })
    socket.write(text)
  })
  return { socket, answer }
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
/** Whether this Node lets a server decline an upgrade and answer the request; before, RT35 holds. */
const canDecline = major > 24 || (major === 24 && minor >= 9)

/** A masked frame of one byte whose reserved bits are set: against RFC 6455 section 5.2. */
const brokenFrame = Buffer.from([0xf1, 0x81, 1, 2, 3, 4, 5])

describe('upgrades', () => {
  it('[RT28] outlives a client that resets the connection whose upgrade is refused', async () => {
    const { hostname, port } = new URL(server.url)
    for (let round = 0; round < 50; round++) {
      const socket = connect(Number(port), hostname)
      socket.on('error', () => undefined)
      await new Promise((resolve) => socket.once('connect', resolve))
      await new Promise((resolve) => socket.write(upgradeLines('/elsewhere'), resolve))
      socket.resetAndDestroy()
    }
    expect((await call(`${server.url}/healthz`)).status).toBe(200)
  })

  it('[RT29] answers a request that asks for another upgrade than a socket as if it had not asked', async () => {
    for (const protocol of ['h2c', 'TLS/1.0']) {
      const { socket, answer } = await ask(upgradeLines('/healthz', protocol))
      socket.destroy()
      expect(answer).toMatch(canDecline ? /^HTTP\/1\.1 200 / : /^HTTP\/1\.1 400 /)
    }
  })

  it('[DU4] ends on SIGTERM with 0 and a closed store although sockets do not go', { timeout: 25_000 }, async () => {
    const refused = await ask(upgradeLines('/elsewhere'))
    expect(refused.answer).toMatch(/^HTTP\/1\.1 404 /)
    const silent = await ask(upgradeLines('/realtime'))
    const broken = await ask(upgradeLines('/realtime'))
    expect(broken.answer).toMatch(/^HTTP\/1\.1 101 /)
    broken.socket.write(brokenFrame)
    const stuck = new Promise<'stuck'>((resolve) => {
      setTimeout(resolve, 10_000, 'stuck').unref()
    })
    expect(await Promise.race([server.kill('SIGTERM'), stuck])).toBe(0)
    expect(server.log()).toContain('"event":"stopped"')
    expect(existsSync(join(server.dataFolder, 'helvino.db-wal'))).toBe(false)
    for (const { socket } of [refused, silent, broken]) socket.destroy()
  })
})
