import type { SocketListener } from '@helvino/runtime'
import { describe, expect, it } from 'vitest'
import { SimClock } from './sim-clock.ts'
import { SimNetwork, type SimServer } from './sim-network.ts'
import type { SimServerSocket } from './sim-socket.ts'

const never = new AbortController().signal

function world(server: Partial<SimServer> = {}) {
  const clock = new SimClock()
  const served: string[] = []
  const connections: SimServerSocket[] = []
  const network = new SimNetwork(clock, {
    respond({ url }) {
      served.push(url)
      return { status: 200, headers: { 'Retry-After': '7' }, body: { url } }
    },
    onConnection: (socket) => connections.push(socket),
    ...server,
  })
  const get = (url: string, signal = never) =>
    network.request({ method: 'GET', url, headers: {} }, signal).then(
      ({ body }) => body,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )
  return { clock, network, served, connections, get }
}

function listener() {
  const heard: string[] = []
  const own: SocketListener = {
    onOpen: () => heard.push('open'),
    onText: (text) => heard.push(text),
    onClose: (code) => heard.push(`close ${String(code)}`),
  }
  return { heard, own }
}

describe('SimNetwork', () => {
  it('[KIT14] answers within promise jobs alone where no delay is set, header names in any case', async () => {
    const { network } = world()
    const response = await network.request({ method: 'GET', url: '/a', headers: {} }, never)
    expect([response.status, response.header('retry-after'), response.body]).toEqual([200, '7', '{"url":"/a"}'])
  })

  it('[KIT15] a dropped request is never served, a lost response is; the client is told the same', async () => {
    const { network, served, get } = world()
    network.dropNext(({ url }) => url === '/b')
    network.loseNextResponse()
    expect(await get('/a')).toBe('Failed to fetch')
    expect(await get('/b')).toBe('Failed to fetch')
    expect(await get('/c')).toBe('{"url":"/c"}')
    expect(served).toEqual(['/a', '/c'])
    expect(network.log.map(({ url, outcome }) => `${url} ${outcome}`)).toEqual([
      '/a failed',
      '/b failed',
      '/c answered',
    ])
  })

  it('[KIT33] a connection that ends without an answer is told to the client', async () => {
    const clock = new SimClock()
    const network = new SimNetwork(clock, { respond: () => Promise.resolve(undefined) })
    const request = { method: 'GET', url: '/', headers: {} } as const
    await expect(network.request(request, new AbortController().signal)).rejects.toThrow('Failed to fetch')
    expect(network.log[0]?.outcome).toBe('failed')
  })

  it('[KIT16] held answers arrive in the order of their release', async () => {
    const { clock, network, served, get } = world()
    const held = [network.holdNext(), network.holdNext(), network.holdNext()]
    const arrived: string[] = []
    for (const url of ['0', '1', '2']) void get(url).then(() => arrived.push(url))
    await clock.settle()
    expect(served).toEqual(['0', '1', '2'])
    for (const index of [2, 0, 1]) {
      held[index]?.release()
      await clock.settle()
    }
    expect(arrived).toEqual(['2', '0', '1'])
  })

  it('[KIT17] an abort rejects at once with its reason, and the answer that comes later changes nothing', async () => {
    const { clock, network, get } = world()
    const held = network.holdNext()
    const stop = new AbortController()
    const answer = get('/a', stop.signal)
    await clock.settle()
    stop.abort(new Error('enough'))
    expect(await answer).toBe('enough')
    held.release()
    await clock.settle()
    expect(network.log[0]?.outcome).toBe('aborted')
    expect(await get('/b', stop.signal)).toBe('enough')
  })

  it('[KIT18] serves at half of the delay and answers after all of it', async () => {
    const { clock, network, served, get } = world()
    network.delayMs = 100
    let text = ''
    void get('/a').then((body) => (text = body))
    await clock.advance(49)
    expect(served).toEqual([])
    await clock.advance(50)
    expect([served.length, text]).toEqual([1, ''])
    await clock.advance(1)
    expect(text).toBe('{"url":"/a"}')
  })

  it('[KIT19] a black hole answers nothing for ever; offline fails at once', async () => {
    const { clock, network, get } = world()
    network.blackHoleNext()
    let isSettled = false
    const stop = new AbortController()
    void get('/a', stop.signal).then(() => (isSettled = true))
    await clock.advance(3_600_000)
    expect(isSettled).toBe(false)
    network.isOffline = true
    expect(await get('/b')).toBe('Failed to fetch')
  })

  it('[KIT4] throws from advance what the server of a test throws, instead of failing the request', async () => {
    const { clock, get } = world({
      respond: () => {
        throw new Error('bug in the test')
      },
    })
    void get('/a')
    await expect(clock.advance(1)).rejects.toThrow('bug in the test')
  })

  it('[KIT20] a socket carries frames both ways in order, whatever the latency becomes', async () => {
    const { clock, network, connections } = world()
    network.delayMs = 100
    const { heard, own } = listener()
    const socket = network.openSocket('ws://x', own)
    socket.send('too early')
    await clock.advance(100)
    expect(heard).toEqual(['open'])
    const server = connections[0]
    socket.send('1')
    server?.send('slow')
    network.delayMs = 10
    socket.send('2')
    server?.send('quick')
    await clock.advance(49)
    expect(heard).toEqual(['open'])
    await clock.advance(1)
    server?.close(1012, 'bye')
    await clock.advance(200)
    expect(server?.received).toEqual(['1', '2'])
    expect(heard).toEqual(['open', 'slow', 'quick', 'close 1012'])
    expect(network.sockets).toEqual([])
  })

  it('[KIT21] a cut is told to both ends and loses what is under way; after a close by the client nothing is told', async () => {
    const { clock, network, connections } = world()
    network.delayMs = 100
    const [first, second] = [listener(), listener()]
    network.openSocket('ws://x', first.own)
    const quiet = network.openSocket('ws://x', second.own)
    await clock.advance(100)
    const closed: number[] = []
    for (const server of connections) server.listen({ onClose: (code) => closed.push(code) })
    connections[0]?.send('lost')
    network.sockets[0]?.cut()
    quiet.close(1000, '')
    await clock.advance(200)
    expect(first.heard).toEqual(['open', 'close 1006'])
    expect(second.heard).toEqual(['open'])
    expect(closed).toEqual([1006, 1000])
  })

  it('[KIT22] on a half-open socket bytes vanish and nobody is told', async () => {
    const { clock, network, connections } = world()
    const { heard, own } = listener()
    const socket = network.openSocket('ws://x', own)
    await clock.settle()
    network.sockets[0]?.goSilent()
    socket.send('lost')
    connections[0]?.send('lost')
    connections[0]?.close(1000, '')
    await clock.advance(1_000)
    expect([heard, connections[0]?.received]).toEqual([['open'], []])
  })

  it('[KIT21] a refused socket ends with 1006 and never opens', async () => {
    const { clock, network } = world()
    network.areSocketsBlocked = true
    const { heard, own } = listener()
    network.openSocket('ws://x', own)
    expect(heard).toEqual([])
    await clock.settle()
    expect(heard).toEqual(['close 1006'])
  })
})
