import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type SpawnedServer, spawnServer } from '../apps/server/tests/spawn-server.ts'
import { storedBeside } from '../apps/server/tests/stored-messages.ts'
import { limits } from '../packages/protocol/src/index.ts'
import { percentile } from './process-figures.ts'
import type { ClientOrder, ClientWord } from './reconnect/client-words.ts'

const clients = 100
const rounds = 2
const backWithinMs = 120_000
/** A line counts as one that lasts from its first answered ping on. */
const lastsMs = limits.pingEveryMs + 5_000

const nowMs = () => performance.timeOrigin + performance.now()

interface Round {
  /** Of each client, ms from the kill until it was live again, and from when the server was ready again. */
  readonly fromKillMs: readonly number[]
  readonly fromReadyMs: readonly number[]
}

/** The clients in their process, and what is known of them. */
class Crowd {
  readonly #child: ChildProcess = fork(join(import.meta.dirname, 'reconnect/clients.ts'))
  readonly #liveAtMs = new Map<number, number>()
  readonly #lostAtMs = new Map<number, number>()
  readonly #texts: string[] = []
  #saidWords = 0
  #shown: readonly (readonly string[])[] = []

  constructor() {
    this.#child.on('message', (word: ClientWord) => {
      this.#hear(word)
    })
  }

  /** The texts of each client, in the order in which they were said. */
  said(): readonly (readonly string[])[] {
    return Array.from({ length: clients }, (_unused, client) => this.#texts.map((text) => `${text} ${client}`))
  }

  shown(): readonly (readonly string[])[] {
    return this.#shown
  }

  /** A client has a line once it has a conversation. */
  async open(url: string, text: string): Promise<void> {
    this.#tell({ type: 'open', url, clients })
    await this.say(text)
    await this.quiet()
    await this.#until('live', () => this.#liveAtMs.size === clients)
  }

  /** Ends once each client's outbox has its text; to send it takes longer. */
  async say(text: string): Promise<void> {
    this.#texts.push(text)
    this.#shown = []
    this.#tell({ type: 'say', text })
    await this.#until('taken', () => this.#saidWords === this.#texts.length)
  }

  quiet(): Promise<void> {
    return this.#until('sent', () => this.#shown.length === clients)
  }

  /** When each client was live again that had been lost after `sinceMs`. */
  async back(sinceMs: number): Promise<readonly number[]> {
    const backAtMs = (client: number) => {
      const [lostAtMs, liveAtMs] = [this.#lostAtMs.get(client) ?? 0, this.#liveAtMs.get(client) ?? 0]
      return lostAtMs > sinceMs && liveAtMs > lostAtMs ? liveAtMs : NaN
    }
    const all = () => Array.from({ length: clients }, (_unused, client) => backAtMs(client))
    await this.#until('live again', () => !all().some(Number.isNaN))
    return all()
  }

  close(): void {
    this.#child.disconnect()
  }

  #hear(word: ClientWord): void {
    if (word.type === 'live') this.#liveAtMs.set(word.client, word.atMs)
    if (word.type === 'lost') this.#lostAtMs.set(word.client, word.atMs)
    if (word.type === 'said') this.#saidWords += 1
    if (word.type === 'quiet') this.#shown = word.shown
  }

  #tell(order: ClientOrder): void {
    this.#child.send(order)
  }

  async #until(what: string, isSo: () => boolean): Promise<void> {
    const lateAtMs = nowMs() + backWithinMs
    while (!isSo()) {
      if (nowMs() > lateAtMs) throw new Error(`not every client was ${what} within ${backWithinMs / 1_000} s`)
      await pause(10)
    }
  }
}

async function restart(server: SpawnedServer, signal: NodeJS.Signals): Promise<SpawnedServer> {
  await server.kill(signal)
  const { port } = new URL(server.url)
  return spawnServer({ dataFolder: server.dataFolder, env: { PORT: port } })
}

/** What was said and is not stored, or not shown by who said it, each once and in its order. */
function countLost(server: SpawnedServer, crowd: Crowd): number {
  return crowd.said().flatMap((said, client) => {
    const stored = storedBeside(server, said[0] ?? '').map(({ content }) => content)
    const shown = crowd.shown()[client]
    return said.filter((text, n) => stored[n] !== text || shown?.[n] !== text || stored.length > said.length)
  }).length
}

async function measure(signal: NodeJS.Signals): Promise<object> {
  let server = await spawnServer()
  const crowd = new Crowd()
  const measured: Round[] = []
  try {
    await crowd.open(server.url, 'first')
    for (let round = 1; round <= rounds; round += 1) {
      await pause(lastsMs)
      await crowd.say(`${signal} ${round}`)
      const killedAtMs = nowMs()
      server = await restart(server, signal)
      const readyAtMs = nowMs()
      const backAtMs = await crowd.back(killedAtMs)
      measured.push({
        fromKillMs: backAtMs.map((atMs) => atMs - killedAtMs),
        fromReadyMs: backAtMs.map((atMs) => Math.max(0, atMs - readyAtMs)),
      })
      await crowd.quiet()
    }
    const fromKillMs = measured.flatMap((round) => round.fromKillMs)
    const fromReadyMs = measured.flatMap((round) => round.fromReadyMs)
    return {
      what: `${signal}, ${clients} clients, ${rounds} restarts`,
      fromReadyMedianMs: percentile(fromReadyMs, 0.5),
      fromReadyP99Ms: percentile(fromReadyMs, 0.99),
      fromKillMedianMs: percentile(fromKillMs, 0.5),
      fromKillP99Ms: percentile(fromKillMs, 0.99),
      said: crowd.said().flat().length,
      lost: countLost(server, crowd),
      goal: 'median at most 2,000, p99 at most 5,000, lost 0',
    }
  } finally {
    crowd.close()
    await server.remove()
  }
}

/** How soon tabs with a person at them are live again after a restart, and that what was said meanwhile is stored once and in order. */
export async function measureReconnect(): Promise<readonly object[]> {
  return [await measure('SIGTERM'), await measure('SIGKILL')]
}
