import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { type SpawnedServer, spawnServer } from '../apps/server/tests/spawn-server.ts'
import { residentMb } from './process-figures.ts'

const runs = 7
const idleMs = 5_000

/** The smallest server that Node can be: what no server on Node can beat. */
const bareServer = "require('node:http').createServer((q,r)=>r.end()).listen(0,'127.0.0.1',()=>console.log('ready'))"

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

async function startBare(): Promise<{ child: ChildProcess; startMs: number }> {
  const startedAtMs = performance.now()
  const child = spawn(process.execPath, ['-e', bareServer], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  return { child, startMs: performance.now() - startedAtMs }
}

/** Start time of the built server and its resident memory when idle, beside a bare `node:http` server in the same run. */
export async function measureStart(): Promise<readonly object[]> {
  const first = await spawnServer()
  const firstMs = first.startMs
  await first.kill('SIGTERM')
  const ours: number[] = []
  const bare: number[] = []
  const idle = { oursMb: NaN, bareMb: NaN }
  for (let run = 0; run < runs; run += 1) {
    const peer = await startBare()
    bare.push(peer.startMs)
    const server: SpawnedServer = await spawnServer({ dataFolder: first.dataFolder })
    ours.push(server.startMs)
    if (run === runs - 1) {
      await pause(idleMs)
      Object.assign(idle, { oursMb: residentMb(server.pid), bareMb: residentMb(peer.child.pid ?? 0) })
    }
    peer.child.kill('SIGTERM')
    await server.kill('SIGTERM')
  }
  await first.remove()
  return [
    { what: 'first start, ms', helvino: Math.round(firstMs), bareNode: '' },
    {
      what: `later start, median of ${runs}, ms`,
      helvino: Math.round(median(ours)),
      bareNode: Math.round(median(bare)),
    },
    { what: `resident when idle for ${idleMs / 1_000} s, MB`, helvino: idle.oursMb, bareNode: idle.bareMb },
  ]
}
