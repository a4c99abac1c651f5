import { execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { openVisitor } from '../apps/server/tests/api-client.ts'
import { startPostgres } from '../apps/server/tests/postgres-server.ts'
import { spawnServer } from '../apps/server/tests/spawn-server.ts'
import { type LoadTarget, type PostedLoad, postFor } from './messages/post-load.ts'
import { cpuUs } from './process-figures.ts'

const clients = 64
const warmUpMs = 2_000
const forMs = 10_000
/** Each client writes as fast as it is answered, as no visitor does: the limits are counted, and are never reached. */
const beyondLimits = { RATE_LIMIT_SCALE: '1000' }
const folder = join(import.meta.dirname, 'messages')

interface Measured extends PostedLoad {
  /** Of the server's process, for each message, user and system together, µs. Hardly moved by what else runs on the machine. */
  readonly cpuUs: number
}

async function measure(pid: number, targets: readonly LoadTarget[]): Promise<Measured> {
  await postFor(targets, warmUpMs)
  const beforeUs = cpuUs(pid)
  const load = await postFor(targets, forMs)
  return { ...load, cpuUs: Math.round((cpuUs(pid) - beforeUs) / load.answered) }
}

/** Durable messages over HTTP: each has its 201 only after its transaction is on disk. */
async function measureOurs(env: Readonly<Record<string, string>>): Promise<Measured> {
  const server = await spawnServer({ env: { LOG_LEVEL: 'warn', ...beyondLimits, ...env } })
  const visitors = await Promise.all(Array.from({ length: clients }, () => openVisitor(server.url)))
  const targets = visitors.map(({ conversationId, headers }) => ({
    url: `${server.url}/conversations/${conversationId}/messages`,
    headers,
  }))
  const measured = await measure(server.pid, targets)
  await server.remove()
  return measured
}

/** The same load against a bare `node:http` that stores nothing: what HTTP alone allows. */
async function measureBareHttp(): Promise<Measured> {
  const child = spawn(process.execPath, [join(folder, 'bare-http.ts')], { stdio: ['ignore', 'pipe', 'inherit'] })
  const line = await new Promise<string>((resolve) => child.stdout.setEncoding('utf8').once('data', resolve))
  const target: LoadTarget = { url: line.trim().replace('ready on ', ''), headers: { 'x-org-key': 'demo' } }
  const measured = await measure(child.pid ?? 0, Array<LoadTarget>(clients).fill(target))
  child.kill('SIGTERM')
  return measured
}

type Stored = Pick<Measured, 'perSecond'>

/** Rows of the same size by the driver alone, as many in a transaction as there are clients. */
function measureBare(script: string, env: Readonly<Record<string, string>> = {}): Stored {
  const args = [join(folder, script), String(clients), String(forMs / 2)]
  const said = execFileSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, ...env } })
  return JSON.parse(said) as Stored
}

/**
 * Durable messages per second end to end, beside the bare stores and beside bare HTTP in the same run. Whoever asks takes CPU of the
 * same machine: `clientCpuUs`, which must stay far below `cpuUs` for the figures to be the server's.
 */
export async function measureMessages(): Promise<readonly object[]> {
  const http = await measureBareHttp()
  const sqlite = { ours: await measureOurs({}), bare: measureBare('bare-sqlite.ts') }
  const server = await startPostgres()
  const postgres = {
    ours: await measureOurs({ DATABASE_URL: await server.createDatabase() }),
    bare: measureBare('bare-postgres.ts', { DATABASE_URL: await server.createDatabase() }),
  }
  await server.remove()
  const ofLimit = ({ ours, bare }: { readonly ours: Stored; readonly bare: Stored }) => ({
    ofLimit: Math.round((ours.perSecond / Math.min(bare.perSecond, http.perSecond)) * 100) / 100,
    goal: 0.5,
  })
  return [
    { what: `helvino, ${clients} clients over HTTP, SQLite`, ...rowOf(sqlite.ours), ...ofLimit(sqlite) },
    { what: `helvino, ${clients} clients over HTTP, PostgreSQL`, ...rowOf(postgres.ours), ...ofLimit(postgres) },
    { what: `bare node:http, ${clients} clients, nothing stored`, ...rowOf(http) },
    { what: `bare better-sqlite3, ${clients} rows in a transaction`, ...sqlite.bare },
    { what: `bare pg, ${clients} rows in a statement`, ...postgres.bare },
  ]
}

const rowOf = ({ answered: _, ...figures }: Measured) => figures
