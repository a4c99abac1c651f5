import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { percentile } from '../process-figures.ts'
import type { LoadTarget, PostedLoad } from './post-load.ts'

// One client for each target, in a process of its own: each posts its next message when the one before has been answered.
// The requests are bytes that were made before; of an answer only what says that it was a 201, and where it ends, is read.
// Usage: node bench/messages/post-clients.ts --ms MS, with the targets as JSON on its input; prints a PostedLoad as JSON.

const idLength = 36
const run = crypto.randomUUID().slice(0, 8)
const ok = Buffer.from('HTTP/1.1 201 ')
const endOfHead = Buffer.from('\r\n\r\n')

/** The request, and where in it the message's own id stands: in its text and as its key. */
function requestTo({ url, headers }: LoadTarget) {
  const { host, pathname } = new URL(url)
  const mark = '#'.repeat(idLength)
  const body = JSON.stringify({ role: 'user', content: `text of ${mark}`, clientMessageId: mark })
  const sent = { host, ...headers, 'content-type': 'application/json', 'content-length': String(body.length) }
  const head = Object.entries(sent).map(([name, value]) => `${name}: ${value}\r\n`)
  const bytes = Buffer.from(`POST ${pathname} HTTP/1.1\r\n${head.join('')}\r\n${body}`)
  const first = bytes.indexOf(mark)
  return { bytes, ids: [first, bytes.indexOf(mark, first + idLength)] }
}

/** The bytes of a whole answer, or `undefined` while it is incomplete. */
function answerLength(answer: Buffer): number | undefined {
  const head = answer.indexOf(endOfHead)
  if (head === -1) return undefined
  const length = /\r\ncontent-length: (\d+)/i.exec(answer.toString('latin1', 0, head))?.[1]
  if (length === undefined) throw new Error('an answer has no length')
  return head + endOfHead.length + Number(length)
}

/** Posts one message after the other until `untilMs`, and adds to `tookMs` how long each took. */
function post(target: LoadTarget, client: number, untilMs: number, tookMs: number[]): Promise<void> {
  const { bytes, ids } = requestTo(target)
  const { hostname, port } = new URL(target.url)
  return new Promise((resolve, reject) => {
    let n = 0
    let startedAtMs = 0
    let pending: Buffer = Buffer.alloc(0)
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    const send = () => {
      const id = `${run}-${String(client)}-${String(n++)}`.padEnd(idLength, '-')
      for (const at of ids) bytes.write(id, at, 'latin1')
      startedAtMs = performance.now()
      socket.write(bytes)
    }
    socket.on('connect', send)
    socket.on('data', (part: Buffer) => {
      pending = pending.length === 0 ? part : Buffer.concat([pending, part])
      const length = answerLength(pending)
      if (length === undefined || pending.length < length) return
      if (pending.length > length || pending.compare(ok, 0, ok.length, 0, ok.length) !== 0) {
        reject(new Error(`a message was answered with ${pending.toString('latin1', 0, 200)}`))
        return
      }
      pending = Buffer.alloc(0)
      const nowMs = performance.now()
      if (nowMs < untilMs) {
        tookMs.push(nowMs - startedAtMs)
        send()
      } else socket.end(resolve)
    })
    socket.on('error', reject)
    socket.on('close', () => {
      reject(new Error('the connection was closed'))
    })
  })
}

const { values } = parseArgs({ options: { ms: { type: 'string', default: '10000' } } })
const forMs = Number(values.ms)
const targets = JSON.parse(await text(process.stdin)) as readonly LoadTarget[]
const tookMs: number[] = []
const cpuBefore = process.cpuUsage()
const untilMs = performance.now() + forMs
await Promise.all(targets.map((target, client) => post(target, client, untilMs, tookMs)))
const cpu = process.cpuUsage(cpuBefore)
const load: PostedLoad = {
  answered: tookMs.length,
  perSecond: Math.round((tookMs.length / forMs) * 1_000),
  medianMs: percentile(tookMs, 0.5),
  p99Ms: percentile(tookMs, 0.99),
  clientCpuUs: Math.round((cpu.user + cpu.system) / tookMs.length),
}
console.log(JSON.stringify(load))
