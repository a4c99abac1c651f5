import { limits } from '@helvino/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, openVisitor, postText } from '../api-client.ts'
import { SocketClient } from '../socket-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from '../spawn-server.ts'
import { FaultProxy } from './fault-proxy.ts'

let server: SpawnedServer
beforeAll(async () => {
  buildServer()
  // One visitor writes 500 messages without a pause, which no visitor may.
  server = await spawnServer({ env: { RATE_LIMIT_SCALE: '10' } })
})
afterAll(() => server.remove())

async function residentMb(): Promise<number> {
  const { text } = await call(`${server.url}/metrics`)
  return Math.round(Number(/^process_resident_memory_bytes(?:\{.*\})? (\S+)$/m.exec(text)?.[1]) / 2 ** 20)
}

const stalledReaders = 20
const posts = 500

describe('readers that stop reading', () => {
  it('[FP16] cuts every reader that has stopped, and the others get everything', async () => {
    const proxy = await FaultProxy.open(server.url)
    const visitor = await openVisitor(server.url)
    const stalled = await Promise.all(
      Array.from({ length: stalledReaders }, async () => {
        const socket = new SocketClient(proxy.url)
        await socket.hello({ orgToken: visitor.token })
        return socket
      }),
    )
    const reader = new SocketClient(server.url)
    await reader.hello({ orgToken: visitor.token })
    const beforeMb = await residentMb()
    let peakMb = beforeMb
    for (const line of proxy.lines) line.stall()
    // Three bytes each in UTF-8: the kernel's buffers on the way take some MB before the server's own queue fills.
    const content = '\u20ac'.repeat(limits.contentLength)
    for (let sent = 0; sent < posts; sent += 20) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => postText(server.url, visitor, content)))
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201))
      peakMb = Math.max(peakMb, await residentMb())
    }
    await reader.until((frame) => (frame['message'] as { sequence?: number } | undefined)?.sequence === posts)
    expect(reader.messages().map(({ sequence }) => sequence)).toEqual(Array.from({ length: posts }, (_u, n) => n + 1))
    for (const line of proxy.lines) line.readOn()
    for (const socket of stalled) {
      await socket.closed
      expect(socket.messages().length).toBeLessThan(posts)
    }
    console.log(
      `resident memory with ${String(stalledReaders)} stopped readers: ${String(beforeMb)} MB before, at most ${String(peakMb)} MB`,
    )
    reader.close()
    await proxy.close()
  })
})
