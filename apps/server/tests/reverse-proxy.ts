import { createServer, type IncomingMessage, request as ask } from 'node:http'
import { connect } from 'node:net'
import { onTestFinished } from 'vitest'

/** What stands before a server on the internet, on this machine and with the faults that such things have. It ends with the test. */
export interface ReverseProxy {
  readonly url: string
  /** Nobody is behind it before. */
  leadTo(url: string): void
  /** False: a WebSocket's upgrade is passed on without the headers that ask for it. */
  passesUpgrade: boolean
  passesForwardedFor: boolean
  /** Ms that its clock is ahead. */
  clockAheadMs: number
}

/** As the proxy passes them on. */
function headersFor({ headers, socket }: IncomingMessage, proxy: ReverseProxy, isUpgrade: boolean) {
  const { connection, upgrade, ...rest } = headers
  return {
    ...rest,
    ...(isUpgrade ? { connection, upgrade } : { connection: 'close' }),
    ...(proxy.passesForwardedFor ? { 'x-forwarded-for': socket.remoteAddress } : {}),
  }
}

export async function startReverseProxy(): Promise<ReverseProxy> {
  let target: URL | undefined
  const server = createServer((incoming, outgoing) => {
    if (!target) {
      outgoing.writeHead(502).end('nobody is behind this')
      return
    }
    const { method, url } = incoming
    const passed = ask(
      new URL(url ?? '/', target),
      { method, headers: headersFor(incoming, proxy, false) },
      (answer) => {
        const date = new Date(Date.now() + proxy.clockAheadMs).toUTCString()
        outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, date })
        answer.pipe(outgoing)
      },
    )
    passed.on('error', () => outgoing.writeHead(502).end())
    incoming.pipe(passed)
  })
  server.on('upgrade', (incoming, client) => {
    client.on('error', () => undefined)
    if (!target || !proxy.passesUpgrade) {
      client.end('HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
      return
    }
    const behind = connect(Number(target.port), target.hostname)
    behind.on('error', () => client.destroy())
    const lines = Object.entries(headersFor(incoming, proxy, true)).map(([name, value]) => `${name}: ${String(value)}`)
    behind.write([`GET ${incoming.url ?? '/'} HTTP/1.1`, ...lines, '', ''].join('\r\n'))
    client.pipe(behind).pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const proxy: ReverseProxy = {
    url: `http://127.0.0.1:${String(port)}`,
    leadTo(url) {
      target = new URL(url)
    },
    passesUpgrade: true,
    passesForwardedFor: true,
    clockAheadMs: 0,
  }
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  )
  return proxy
}
