import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Fault } from './fault.ts'
import { bodyOf, messageEnd, readHead } from './http-message.ts'
import { endConnection, Line } from './line.ts'

export interface Answer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
  readonly bytes: Buffer
}

/** One request that came, and what became of it. */
export interface Exchange {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: string
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
  /** As it came, byte by byte. */
  readonly bytes: Buffer
  /** What the server answered, each time that it was asked; the client may have got another answer, or none. */
  readonly answers: Answer[]
  fault: Fault | undefined
}

const pause = (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs))

/** The bytes of one whole message. Rejects where the connection ends before. */
function readMessage(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0)
    const onBytes = (part: Buffer) => {
      bytes = Buffer.concat([bytes, part])
      if (messageEnd(bytes) === undefined) return
      socket.off('data', onBytes)
      socket.off('close', onClose)
      resolve(bytes)
    }
    const onClose = () => {
      reject(new Error('the connection ended before the message'))
    }
    socket.on('data', onBytes)
    socket.on('close', onClose)
  })
}

function answerBytes({ status, headers = {}, body }: Extract<Fault, { kind: 'answer' }>): Buffer {
  const text = body === undefined ? '' : JSON.stringify(body)
  const all = {
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'retry-after',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return Buffer.from([`HTTP/1.1 ${String(status)} From-In-Between`, ...lines, '', text].join('\r\n'))
}

/**
 * A network between a real client and a real server on which things go wrong by order. Each request is taken whole, looked at by
 * `meet`, and handed on byte for byte over a connection of its own; what has become a socket is a `Line`.
 */
export class FaultProxy {
  /** What happens to a request; `undefined` hands it on. */
  meet: (exchange: Exchange) => Fault | undefined = () => undefined
  readonly exchanges: Exchange[] = []
  readonly lines: Line[] = []
  readonly #server: Server
  readonly #connections = new Set<Socket>()
  #unanswered = 0
  #upstream: URL

  private constructor(upstreamUrl: string) {
    this.#upstream = new URL(upstreamUrl)
    this.#server = createServer((client) => {
      this.#keep(client)
      void this.#serve(client)
    })
  }

  static async open(upstreamUrl: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(upstreamUrl)
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  get url(): string {
    const address = this.#server.address()
    return `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : 0)}`
  }

  /** Nothing waits for an answer. */
  get isIdle(): boolean {
    return this.#unanswered === 0
  }

  /** From here on another server is behind it: the one that was started again. */
  pointTo(upstreamUrl: string): void {
    this.#upstream = new URL(upstreamUrl)
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#server.close(resolve))
    for (const connection of this.#connections) connection.destroy()
    await ended
  }

  /** The requests with this method whose path ends so. */
  asked(method: string, pathEnd: string): Exchange[] {
    return this.exchanges.filter((exchange) => exchange.method === method && exchange.path.endsWith(pathEnd))
  }

  #keep(socket: Socket): void {
    socket.setNoDelay()
    // Whoever reads from it or writes to it hears the close that follows.
    socket.on('error', () => undefined)
    this.#connections.add(socket)
    socket.once('close', () => this.#connections.delete(socket))
  }

  async #dial(): Promise<Socket> {
    const socket = connect(Number(this.#upstream.port), this.#upstream.hostname)
    this.#keep(socket)
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('close', () => {
        reject(new Error('nobody listens'))
      })
    })
    return socket
  }

  /** The requests of one connection, one after the other, until it ends or becomes a socket. */
  async #serve(client: Socket): Promise<void> {
    try {
      while (!client.destroyed) {
        const bytes = await readMessage(client)
        const exchange = this.#note(bytes)
        if (exchange.headers.get('upgrade') !== undefined && exchange.fault === undefined) {
          await this.#upgrade(client, bytes)
          return
        }
        this.#unanswered += 1
        await this.#fulfil(exchange, client).finally(() => (this.#unanswered -= 1))
      }
    } catch {
      // One end has gone: the other learns it as on any network.
      client.destroy()
    }
  }

  #note(bytes: Buffer): Exchange {
    const { firstLine, headers } = readHead(bytes)
    const [method = '', url = ''] = firstLine
    const [path = '', query = ''] = url.split('?')
    const sent = { method, path, query, headers, body: bodyOf(bytes), bytes }
    const exchange: Exchange = { ...sent, answers: [], fault: undefined }
    this.exchanges.push(exchange)
    exchange.fault = this.meet(exchange)
    return exchange
  }

  async #upgrade(client: Socket, bytes: Buffer): Promise<void> {
    const server = await this.#dial()
    this.lines.push(new Line(client, server))
    server.write(bytes)
  }

  /** Hands the request on and gives the server's answer. */
  async #ask(exchange: Exchange): Promise<Buffer> {
    const server = await this.#dial()
    server.write(exchange.bytes)
    const answer = await readMessage(server)
    server.destroy()
    const { firstLine, headers } = readHead(answer)
    exchange.answers.push({ status: Number(firstLine[1]), headers, body: bodyOf(answer), bytes: answer })
    return answer
  }

  async #fulfil(exchange: Exchange, client: Socket): Promise<void> {
    const { fault } = exchange
    switch (fault?.kind) {
      case undefined:
        client.write(await this.#ask(exchange))
        return
      case 'drop': {
        const server = await this.#dial()
        await new Promise((resolve) => server.write(exchange.bytes.subarray(0, fault.afterBytes), resolve))
        endConnection(server, fault.by)
        endConnection(client, fault.by)
        return
      }
      case 'lose-response': {
        const answer = await this.#ask(exchange)
        const afterBytes = typeof fault.afterBytes === 'number' ? fault.afterBytes : fault.afterBytes(answer)
        await new Promise((resolve) => client.write(answer.subarray(0, afterBytes), resolve))
        endConnection(client, fault.by)
        return
      }
      case 'black-hole':
        return
      case 'swallow-response':
        await this.#ask(exchange)
        return
      case 'duplicate':
        client.write(await this.#askTwice(exchange, fault.isConcurrent))
        return
      case 'delay': {
        await pause(fault.requestMs)
        const answer = await this.#ask(exchange)
        await pause(fault.responseMs)
        client.write(answer)
        return
      }
      case 'throttle': {
        const answer = await this.#ask(exchange)
        for (let at = 0; at < answer.length; at += fault.sliceBytes) {
          client.write(answer.subarray(at, at + fault.sliceBytes))
          await pause(fault.everyMs)
        }
        return
      }
      case 'hold': {
        const answer = await this.#ask(exchange)
        await new Promise<void>((resolve) => fault.response.whenReleased(resolve))
        client.write(answer)
        return
      }
      case 'answer':
        if (fault.response) await new Promise<void>((resolve) => fault.response?.whenReleased(resolve))
        client.write(answerBytes(fault))
    }
  }

  async #askTwice(exchange: Exchange, isConcurrent: boolean): Promise<Buffer> {
    if (!isConcurrent) await this.#ask(exchange)
    const answers: Buffer[] = []
    const note = async () => {
      answers.push(await this.#ask(exchange))
    }
    await Promise.all(isConcurrent ? [note(), note()] : [note()])
    return answers.at(-1) ?? Buffer.alloc(0)
  }
}
