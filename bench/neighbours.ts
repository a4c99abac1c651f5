import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { setTimeout as pause } from 'node:timers/promises'
import { openVisitor } from '../apps/server/tests/api-client.ts'
import { type SpawnedServer, spawnServer } from '../apps/server/tests/spawn-server.ts'
import { rateLimits } from '../packages/protocol/src/index.ts'
import { idMark, type LoadFigures, type LoadRequest, runLoad } from './load/load.ts'
import { cpuUs, percentile } from './process-figures.ts'

const rounds = 3
const forMs = 4_000
/** Of the quiet organisation: a message of each visitor in a second. */
const quietVisitors = 50
const noisyVisitors = 100
const noisyConnections = 400
const timesItsBudget = 50
/** Until the burst of the noisy organisation is used up. */
const untilUsedUpMs = 4_000

/** A second organisation, like the demo's. */
function addOrg(dataFolder: string, key: string): void {
  const database = new Sqlite(join(dataFolder, 'helvino.db'))
  const demo = database.prepare<[], Record<string, unknown>>("SELECT * FROM orgs WHERE key = 'demo'").get() ?? {}
  const row = { ...demo, id: crypto.randomUUID(), site_id: crypto.randomUUID(), key }
  const names = Object.keys(row)
  database.prepare(`INSERT INTO orgs (${names.join()}) VALUES (${names.map((name) => `@${name}`).join()})`).run(row)
  database.close()
}

async function openRequests(url: string, orgKey: string, visitors: number): Promise<readonly LoadRequest[]> {
  const requests: LoadRequest[] = []
  for (let n = 0; n < visitors; n += 1) {
    const { conversationId, headers } = await openVisitor(url, undefined, { 'x-org-key': orgKey })
    const body = JSON.stringify({ role: 'user', content: `text of ${idMark}`, clientMessageId: idMark })
    requests.push({ method: 'POST', url: `${url}/conversations/${conversationId}/messages`, headers, body })
  }
  return requests
}

const budget = rateLimits.orgCalls.perSecond
const median = (values: readonly number[]): number => percentile(values, 0.5)
const countOf = (figures: LoadFigures, status: string): number => figures.statuses[status] ?? 0

interface Round {
  readonly quietP99Ms: number
  readonly quietMedianMs: number
  readonly noisy: LoadFigures | undefined
}

/** `times`: of its budget, what the noisy organisation asks for; 0 for nothing. */
async function measureRound(
  quiet: readonly LoadRequest[],
  noisy: readonly LoadRequest[],
  times: number,
): Promise<Round> {
  const flood =
    times > 0 &&
    runLoad({
      ...{ requests: noisy, connections: noisyConnections, perSecond: budget * times },
      forMs: forMs + untilUsedUpMs + 1_000,
    })
  if (flood) await pause(untilUsedUpMs)
  const figures = await runLoad({ requests: quiet, connections: quietVisitors, perSecond: quietVisitors, forMs })
  if (countOf(figures, '201') !== figures.answered)
    throw new Error(`the quiet one was refused: ${JSON.stringify(figures.statuses)}`)
  return { quietP99Ms: figures.p99Ms, quietMedianMs: figures.medianMs, noisy: (await flood) || undefined }
}

/** What one refusal costs the server, while one who was told to wait asks as fast as connections are free. */
async function measureRefusal(server: SpawnedServer, noisy: readonly LoadRequest[]): Promise<object> {
  const beforeUs = cpuUs(server.pid)
  const figures = await runLoad({ requests: noisy, connections: 2_000, perSecond: 0, forMs })
  return {
    what: 'refusals of whoever does not wait, 2,000 connections',
    refusedPerSecond: Math.round((countOf(figures, '429') * 1_000) / forMs),
    cpuUsOfEach: Math.round((cpuUs(server.pid) - beforeUs) / figures.answered),
  }
}

/**
 * A quiet organisation alone, beside one that asks for what it may, and beside one that asks for 50 times as much, in turn: what it feels of it. The
 * second is what sharing a disk costs: whoever meets a commit that is running waits for that one and their own.
 */
export async function measureNeighbours(): Promise<readonly object[]> {
  const first = await spawnServer()
  await first.kill('SIGTERM')
  addOrg(first.dataFolder, 'noisy')
  const server = await spawnServer({ dataFolder: first.dataFolder, env: { LOG_LEVEL: 'warn' } })
  const quiet = await openRequests(server.url, 'demo', quietVisitors)
  const noisy = await openRequests(server.url, 'noisy', noisyVisitors)
  await measureRound(quiet, noisy, 0)
  const alone: Round[] = []
  const shared: Round[] = []
  const beside: Round[] = []
  for (let round = 0; round < rounds; round += 1) {
    alone.push(await measureRound(quiet, noisy, 0))
    shared.push(await measureRound(quiet, noisy, 1))
    beside.push(await measureRound(quiet, noisy, timesItsBudget))
  }
  const refusal = await measureRefusal(server, noisy)
  await server.remove()
  const p99 = (of: readonly Round[]) => median(of.map(({ quietP99Ms }) => quietP99Ms))
  const rowOf = (what: string, of: readonly Round[]) => ({
    what,
    medianMs: median(of.map(({ quietMedianMs }) => quietMedianMs)),
    p99Ms: p99(of),
    p99OfRounds: of.map(({ quietP99Ms }) => quietP99Ms).join(' '),
  })
  const besideOf = (what: string, of: readonly Round[]) => {
    const floods = of.flatMap(({ noisy: figures }) => (figures ? [figures] : []))
    const perSecond = (status: string) =>
      Math.round(median(floods.map((figures) => (figures.perSecond * countOf(figures, status)) / figures.answered)))
    const moved = (from: readonly Round[]) => Math.round((p99(of) / p99(from) - 1) * 100) / 100
    return {
      ...rowOf(what, of),
      ...{ movedFromAlone: moved(alone), movedFromShared: moved(shared), goal: 'p99 moves by less than 0.25' },
      ...{ noisyAccepted: perSecond('201'), noisyRefused: perSecond('429') },
    }
  }
  return [
    rowOf(`${String(quietVisitors)} messages per second, alone`, alone),
    besideOf(`the same beside ${String(budget)} wanted per second, the budget`, shared),
    besideOf(`the same beside ${String(budget * timesItsBudget)} wanted per second`, beside),
    refusal,
  ]
}
