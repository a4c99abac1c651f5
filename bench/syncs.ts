import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { openVisitor, postText } from '../apps/server/tests/api-client.ts'
import { type PostgresServer, startPostgres } from '../apps/server/tests/postgres-server.ts'
import { type SpawnedServer, spawnServer } from '../apps/server/tests/spawn-server.ts'

interface Counted {
  readonly database: 'SQLite' | 'PostgreSQL'
  readonly visitors: number
  readonly messages: number
  readonly groups: number
  readonly syncs: number
}

/** The calls of these processes, and of whom they start, from now on, counted by strace: from outside, by the kernel's own word. */
async function traceSyncs(pids: readonly number[], calls: string, file: string) {
  const attached = pids.flatMap((pid) => ['-p', String(pid)])
  const tracer = spawn('strace', ['-f', ...attached, '-e', `trace=${calls}`, '-o', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise((resolve) => tracer.once('exit', resolve))
  await new Promise<void>((resolve, reject) => {
    tracer.once('error', () => {
      reject(new Error('This benchmark needs strace (on Debian: apt-get install strace).'))
    })
    tracer.stderr.once('data', () => {
      resolve()
    })
  })
  await pause(500)
  return async () => {
    // It ends by itself only where all of them have ended.
    tracer.kill('SIGINT')
    await ended
    return (readFileSync(file, 'utf8').match(/f(?:data)?sync\(/g) ?? []).length
  }
}

/** The processes whose syncs carry the messages, and by which calls. */
interface Syncing {
  readonly pids: readonly number[]
  readonly calls: string
}

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)

/** Of PostgreSQL the log alone is synced by `fdatasync`; whichever of its processes does it, whoever waits for a commit is served. */
const syncingOf = (server: SpawnedServer, postgres: PostgresServer | undefined): Syncing =>
  postgres
    ? { pids: [postgres.pid(), ...childrenOf(postgres.pid())], calls: 'fdatasync' }
    : { pids: [server.pid], calls: 'fsync,fdatasync' }

async function count(postgres: PostgresServer | undefined, visitors: number, messagesEach: number): Promise<Counted> {
  const folder = mkdtempSync(join(tmpdir(), 'helvino-bench-'))
  // One visitor writes faster than a visitor may.
  const env = { RATE_LIMIT_SCALE: '100', ...(postgres && { DATABASE_URL: await postgres.createDatabase() }) }
  // Started twice, so that nothing of the first start is counted.
  const first = await spawnServer({ env })
  await first.kill('SIGTERM')
  const server = await spawnServer({ env, dataFolder: first.dataFolder })
  const { pids, calls } = syncingOf(server, postgres)
  const countSyncs = await traceSyncs(pids, calls, join(folder, 'trace'))
  let messages = 0
  const post = async () => {
    const visitor = await openVisitor(server.url)
    for (let n = 0; n < messagesEach; n += 1) {
      const { status } = await postText(server.url, visitor, `message ${n}`)
      if (status !== 201) throw new Error(`a message was answered with ${status}`)
      messages += 1
    }
  }
  await Promise.all(Array.from({ length: visitors }, post))
  // Counted up to here: what the stop syncs belongs to no message, but is at most a checkpoint.
  await server.kill('SIGTERM')
  const syncs = await countSyncs()
  const stopped = /"event":"stopped","groups":(\d+)/.exec(server.log())?.[1]
  await server.remove()
  rmSync(folder, { recursive: true, force: true })
  return { database: postgres ? 'PostgreSQL' : 'SQLite', visitors, messages, groups: Number(stopped), syncs }
}

/** Syncs of the disk per committed group of messages: at least one each, or a 201 would promise what is not on disk. */
export async function measureSyncs(): Promise<readonly object[]> {
  const rows = [await count(undefined, 1, 400), await count(undefined, 64, 40)]
  const postgres = await startPostgres()
  try {
    rows.push(await count(postgres, 1, 400), await count(postgres, 64, 40))
  } finally {
    await postgres.remove()
  }
  return rows.map((row) => ({
    ...row,
    syncsPerGroup: Math.round((row.syncs / row.groups) * 100) / 100,
    messagesPerSync: Math.round((row.messages / row.syncs) * 100) / 100,
  }))
}
