import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { percentile } from '../process-figures.ts'
import { idMark, type LoadFigures, type LoadOrder, type LoadRequest } from './load.ts'

// Many connections that ask over HTTP/1.1. The requests are bytes that were made before; of an answer only its status, and where it ends,
// is read. Usage: node bench/load/clients.ts, with a LoadOrder as JSON on its input; prints LoadFigures as JSON.

const endOfHead = Buffer.from('\r\n\r\n')
const run = crypto.randomUUID().slice(0, 8)
const tickMs = 2

interface Prepared {
  readonly bytes: Buffer
  /** Where an id of its own stands. */
  readonly ids: readonly number[]
}

function prepare({ method, url, headers, body }: LoadRequest): Prepared {
  const { host, pathname, search } = new URL(url)
  const length = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(body.length) }
  const head = Object.entries({ host, ...headers, ...length }).map(([name, value]) => `${name}: ${value}\r\n`)
  const bytes = Buffer.from(`${method} ${pathname}${search} HTTP/1.1\r\n${head.join('')}\r\n${body ?? ''}`)
  const ids: number[] = []
  for (let at = bytes.indexOf(idMark); at !== -1; at = bytes.indexOf(idMark, at + idMark.length)) ids.push(at)
  return { bytes, ids }
}

/** The bytes of a whole answer, or `undefined` while it is incomplete. */
function answerLength(answer: Buffer): number | undefined {
  const head = answer.indexOf(endOfHead)
  if (head === -1) return undefined
  const length = /\r\ncontent-length: (\d+)/i.exec(answer.toString('latin1', 0, head))?.[1]
  if (length === undefined) throw new Error('an answer has no length')
  return head + endOfHead.length + Number(length)
}

class Clients {
  readonly tookMs: number[] = []
  readonly statuses: Record<string, number> = {}
  readonly #prepared: readonly Prepared[]
  readonly #free: Socket[] = []
  readonly #dueAtMs: number[] = []
  readonly #keepsFull: boolean
  #sent = 0

  constructor(prepared: readonly Prepared[], keepsFull: boolean) {
    this.#prepared = prepared
    this.#keepsFull = keepsFull
  }

  open(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, noDelay: true })
      let pending: Buffer = Buffer.alloc(0)
      socket.on('connect', () => {
        this.#free.push(socket)
        resolve()
      })
      socket.on('data', (part: Buffer) => {
        pending = pending.length === 0 ? part : Buffer.concat([pending, part])
        const length = answerLength(pending)
        if (length === undefined || pending.length < length) return
        const status = pending.toString('latin1', 9, 12)
        this.statuses[status] = (this.statuses[status] ?? 0) + 1
        pending = Buffer.alloc(0)
        this.tookMs.push(performance.now() - Number(this.#startedAtMs.get(socket)))
        this.#free.push(socket)
        if (this.#keepsFull) this.become(performance.now())
        else this.#pump()
      })
      socket.on('error', reject)
      socket.on('close', () => {
        reject(new Error('the connection was closed'))
      })
    })
  }

  readonly #startedAtMs = new Map<Socket, number>()

  /** A request is due: it goes as soon as a connection is free. */
  become(dueAtMs: number): void {
    this.#dueAtMs.push(dueAtMs)
    this.#pump()
  }

  #pump(): void {
    while (this.#dueAtMs.length > 0) {
      const socket = this.#free.pop()
      if (!socket) return
      this.#startedAtMs.set(socket, this.#dueAtMs.shift() ?? 0)
      const next = this.#prepared[this.#sent % this.#prepared.length]
      if (!next) return
      this.#sent += 1
      const id = `${run}-${String(this.#sent)}`.padEnd(idMark.length, '-')
      for (const at of next.ids) next.bytes.write(id, at, 'latin1')
      // A copy where it changes: the bytes may not have left yet when the next id is written.
      socket.write(next.ids.length === 0 ? next.bytes : Buffer.from(next.bytes))
    }
  }
}

async function measure({ requests, connections, perSecond, forMs }: LoadOrder): Promise<LoadFigures> {
  const clients = new Clients(requests.map(prepare), perSecond === 0)
  const { hostname, port } = new URL(requests[0]?.url ?? '')
  await Promise.all(Array.from({ length: connections }, () => clients.open(hostname, Number(port))))
  const cpuBefore = process.cpuUsage()
  const startedAtMs = performance.now()
  if (perSecond === 0) for (let n = 0; n < connections; n += 1) clients.become(startedAtMs)
  let due = 0
  while (performance.now() - startedAtMs < forMs) {
    await new Promise((resolve) => setTimeout(resolve, tickMs))
    const wanted = Math.floor(((performance.now() - startedAtMs) / 1_000) * perSecond)
    for (; due < wanted; due += 1) clients.become(startedAtMs + (due * 1_000) / perSecond)
  }
  const { user, system } = process.cpuUsage(cpuBefore)
  const { tookMs, statuses } = clients
  return {
    answered: tookMs.length,
    statuses,
    perSecond: Math.round((tookMs.length / forMs) * 1_000),
    medianMs: percentile(tookMs, 0.5),
    p99Ms: percentile(tookMs, 0.99),
    clientCpuUs: Math.round((user + system) / tookMs.length),
  }
}

console.log(JSON.stringify(await measure(JSON.parse(await text(process.stdin)) as LoadOrder)))
process.exit(0)
