import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { openVisitor, postText } from '../apps/server/tests/api-client.ts'
import { spawnServer } from '../apps/server/tests/spawn-server.ts'

interface Counted {
  readonly visitors: number
  readonly messages: number
  readonly groups: number
  readonly syncs: number
}

/** Every fsync and fdatasync of the process and its threads from now on, counted by strace: from outside, by the kernel's own word. */
async function traceSyncs(pid: number, file: string) {
  const tracer = spawn('strace', ['-f', '-p', String(pid), '-e', 'trace=fsync,fdatasync', '-o', file], {
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
    await ended
    return (readFileSync(file, 'utf8').match(/f(?:data)?sync\(/g) ?? []).length
  }
}

async function count(visitors: number, messagesEach: number): Promise<Counted> {
  const folder = mkdtempSync(join(tmpdir(), 'helvino-bench-'))
  // Started twice, so that nothing of the first start is counted.
  const first = await spawnServer()
  await first.kill('SIGTERM')
  const server = await spawnServer({ dataFolder: first.dataFolder })
  const countSyncs = await traceSyncs(server.pid, join(folder, 'trace'))
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
  return { visitors, messages, groups: Number(stopped), syncs }
}

/** Syncs of the disk per committed group of messages: at least one each, or a 201 would promise what is not on disk. */
export async function measureSyncs(): Promise<readonly object[]> {
  const rows = [await count(1, 400), await count(64, 40)]
  return rows.map((row) => ({
    ...row,
    syncsPerGroup: Math.round((row.syncs / row.groups) * 100) / 100,
    messagesPerSync: Math.round((row.messages / row.syncs) * 100) / 100,
  }))
}
