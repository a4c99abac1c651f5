import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { spawnServer } from '../apps/server/tests/spawn-server.ts'
import { runLoad } from './load/load.ts'
import { cpuUs } from './process-figures.ts'

const connections = 32
const warmUpMs = 2_000
const forMs = 3_000
/** Taken in turn, so that what else runs on the machine meets both. */
const rounds = 3
/** More than the server remembers of anything: each call is by somebody else. */
const visitors = 8_000

/** As a browser sends it from a page of another site, through a proxy, so that limits by address are counted. */
const ofBrowser = {
  'x-forwarded-for': '198.51.100.7',
  'user-agent': 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  accept: '*/*',
  'accept-encoding': 'gzip, deflate, br, zstd',
  'accept-language': 'en-GB,en;q=0.9',
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'cors',
  'sec-fetch-dest': 'empty',
}

interface Figures {
  /** Of the server's process for each call, user and system together, µs. */
  readonly cpuUs: number
  readonly perSecond: number
  readonly statuses: Readonly<Record<string, number>>
}

/** `origin`: one that the organisation admits by name. */
async function measure(pid: number, url: string, origin: string, withVisitor: boolean, ms: number): Promise<Figures> {
  const requests = Array.from({ length: withVisitor ? visitors : 1 }, () => ({
    method: 'GET' as const,
    url: `${url}/api/bootloader`,
    headers: {
      ...{ ...ofBrowser, origin, referer: `${origin}/` },
      'x-org-key': 'demo',
      ...(withVisitor && { 'x-visitor-id': `v_${crypto.randomUUID()}` }),
    },
  }))
  const beforeUs = cpuUs(pid)
  const { answered, perSecond, statuses } = await runLoad({ requests, connections, perSecond: 0, forMs: ms })
  return { cpuUs: (cpuUs(pid) - beforeUs) / answered, perSecond, statuses }
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

async function startBare(answer: string) {
  const script = join(import.meta.dirname, 'bootloader/bare-http.ts')
  const child = spawn(process.execPath, [script, answer], { stdio: ['ignore', 'pipe', 'inherit'] })
  const line = await new Promise<string>((resolve) => child.stdout.setEncoding('utf8').once('data', resolve))
  return { child, pid: child.pid ?? 0, url: line.trim().replace('ready on ', '') }
}

/**
 * The bootloader beside a bare `node:http` that answers the same bytes with the same HMACs, in turn: how much of the CPU of a call is the
 * work that no server could leave out.
 */
export async function measureBootloader(): Promise<readonly object[]> {
  const server = await spawnServer({ env: { LOG_LEVEL: 'warn', TRUSTED_PROXIES: '1', RATE_LIMIT_SCALE: '10000' } })
  const example = await fetch(`${server.url}/api/bootloader`, { headers: { 'x-org-key': 'demo' } })
  const bare = await startBare(await example.text())
  const rows: object[] = []
  for (const withVisitor of [true, false]) {
    await measure(server.pid, server.url, server.url, withVisitor, warmUpMs)
    await measure(bare.pid, bare.url, server.url, withVisitor, warmUpMs)
    const ours: Figures[] = []
    const bares: Figures[] = []
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await measure(server.pid, server.url, server.url, withVisitor, forMs))
      bares.push(await measure(bare.pid, bare.url, server.url, withVisitor, forMs))
    }
    const [oursUs, bareUs] = [ours, bares].map((figures) => median(figures.map((each) => each.cpuUs)))
    rows.push({
      what: withVisitor ? `${String(visitors)} visitors who have not written yet` : 'nobody: no visitor id',
      oursCpuUs: Math.round(Number(oursUs) * 10) / 10,
      bareCpuUs: Math.round(Number(bareUs) * 10) / 10,
      perSecondOfCpu: Math.round(1e6 / Number(oursUs)),
      ratio: Math.round((Number(bareUs) / Number(oursUs)) * 100) / 100,
      goal: 0.75,
      not200: ours.flatMap(({ statuses }) => Object.keys(statuses).filter((status) => status !== '200')).join(),
    })
  }
  bare.child.kill('SIGTERM')
  await server.remove()
  return rows
}
