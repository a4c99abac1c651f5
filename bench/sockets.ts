import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import WebSocket from 'ws'
import { openVisitor, postText, type Visitor } from '../apps/server/tests/api-client.ts'
import { type SpawnedServer, spawnServer } from '../apps/server/tests/spawn-server.ts'
import { limits, protocolNumber } from '../packages/protocol/src/index.ts'
import { percentile, residentMb } from './process-figures.ts'
import type { HolderOrder, HolderWord } from './sockets/holder.ts'

const holders = 2
const broadcasts = 20
const heardWithinMs = 30_000
const stoppedReaders = 50
/** All sockets are one visitor's, who may have 50. */
const ofOneVisitor = { RATE_LIMIT_SCALE: '1000' }

const realtimeUrl = (server: SpawnedServer): string => `${server.url.replace('http', 'ws')}/realtime`

/** Many open sockets of one visitor's conversation, in processes of their own. */
class Crowd {
  readonly #holders: ChildProcess[] = []

  async open(server: SpawnedServer, visitor: Visitor, sockets: number): Promise<void> {
    const order: HolderOrder = {
      url: realtimeUrl(server),
      sockets: sockets / holders,
      orgToken: visitor.token,
      conversationId: visitor.conversationId,
    }
    const opened = Array.from({ length: holders }, () => {
      const child = fork(join(import.meta.dirname, 'sockets/holder.ts'))
      this.#holders.push(child)
      child.setMaxListeners(Infinity)
      child.send(order)
      return this.#word(child, (word) => word.type === 'open')
    })
    await Promise.all(opened)
  }

  /** Posts one message, and gives for each socket the ms until the message was there. */
  async broadcast(server: SpawnedServer, visitor: Visitor, text: string, padding = ''): Promise<readonly number[]> {
    const heard = this.#holders.map((child) => this.#word(child, (word) => word.type === 'heard' && word.text === text))
    const startedAtMs = performance.timeOrigin + performance.now()
    // The bar ends what the holders take for the text.
    const { status } = await postText(server.url, visitor, padding === '' ? text : `${text}|${padding}`)
    if (status !== 201) throw new Error(`a message was answered with ${status}`)
    const words = await Promise.all(heard)
    return words.flatMap((word) => (word.type === 'heard' ? word.atMs.map((atMs) => atMs - startedAtMs) : []))
  }

  close(): void {
    for (const child of this.#holders) child.disconnect()
  }

  #word(child: ChildProcess, isWanted: (word: HolderWord) => boolean): Promise<HolderWord> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        reject(new Error('a holder did not say in time what was waited for'))
      }, heardWithinMs)
      const hear = (word: HolderWord) => {
        if (!isWanted(word)) return
        clearTimeout(late)
        child.off('message', hear)
        resolve(word)
      }
      child.on('message', hear)
    })
  }
}

/** `count` sockets in one server process: what they cost, and how long one message takes to reach all of them. */
async function measureCrowd(count: number): Promise<object> {
  const server = await spawnServer({ env: { LOG_LEVEL: 'warn', ...ofOneVisitor } })
  const visitor = await openVisitor(server.url)
  const beforeMb = residentMb(server.pid)
  const crowd = new Crowd()
  await crowd.open(server, visitor, count)
  await pause(2_000)
  const residentWithMb = residentMb(server.pid)
  const tookMs: number[] = []
  for (let n = 0; n < broadcasts; n += 1) tookMs.push(...(await crowd.broadcast(server, visitor, `broadcast ${n}`)))
  crowd.close()
  await server.remove()
  return {
    what: `${count} sockets, one message to all`,
    residentMb: residentWithMb,
    kbPerSocket: Math.round(((residentWithMb - beforeMb) * 10_240) / count) / 10,
    medianMs: percentile(tookMs, 0.5),
    p99Ms: percentile(tookMs, 0.99),
    goal: 'at most 600 MB',
  }
}

/** A socket that says hello and then reads nothing more. */
function openStopped(server: SpawnedServer, visitor: Visitor): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(realtimeUrl(server), { perMessageDeflate: false })
    socket.on('error', reject)
    socket.on('open', () => {
      socket.send(
        JSON.stringify({ type: 'hello', protocol: protocolNumber, orgToken: visitor.token, conversations: [] }),
      )
    })
    socket.once('message', () => {
      socket.pause()
      resolve(socket)
    })
  })
}

/** True where the server has closed the socket that stopped reading, which shows once it reads on. */
function wasCut(socket: WebSocket): Promise<boolean> {
  return new Promise((resolve) => {
    const late = setTimeout(() => {
      socket.terminate()
      resolve(false)
    }, 5_000)
    socket.once('close', () => {
      clearTimeout(late)
      resolve(true)
    })
    socket.resume()
  })
}

/** Readers that have stopped, beside 100 that have not: they are cut, and nobody else feels them. */
async function measureStopped(): Promise<readonly object[]> {
  const server = await spawnServer({ env: { LOG_LEVEL: 'info', ...ofOneVisitor } })
  const visitor = await openVisitor(server.url)
  const crowd = new Crowd()
  await crowd.open(server, visitor, 100)
  const padding = 'x'.repeat(limits.contentLength - 100)
  const round = async (name: string, messages: number) => {
    const tookMs: number[] = []
    let mostMb = 0
    for (let n = 0; n < messages; n += 1) {
      tookMs.push(...(await crowd.broadcast(server, visitor, `${name} ${n}`, padding)))
      if (n % 10 === 0) mostMb = Math.max(mostMb, residentMb(server.pid))
    }
    return { residentMb: mostMb, medianMs: percentile(tookMs, 0.5), p99Ms: percentile(tookMs, 0.99) }
  }
  const without = await round('without', 300)
  const stopped = await Promise.all(Array.from({ length: stoppedReaders }, () => openStopped(server, visitor)))
  const beside = await round('beside', 1_200)
  crowd.close()
  const cut = (await Promise.all(stopped.map(wasCut))).filter(Boolean).length
  await server.remove()
  return [
    { what: '100 readers, messages of 8 kB', ...without },
    {
      what: `the same beside ${stoppedReaders} that have stopped`,
      ...beside,
      cut,
      goal: 'at most 100 MB more, p99 at most 250 ms',
    },
  ]
}

/** What open sockets cost, and what those cost that do not read. */
export async function measureSockets(): Promise<readonly object[]> {
  return [await measureCrowd(1_000), await measureCrowd(10_000), ...(await measureStopped())]
}
