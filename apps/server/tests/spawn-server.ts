import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const serverFolder = fileURLToPath(new URL('..', import.meta.url))
/** Of the one program, which runs every command. */
export const programFile = join(serverFolder, 'dist', 'helvino.js')
const readyWithinMs = 30_000

export interface SpawnOptions {
  /** Beside `PORT` (0: a free one) and `HELVINO_DATA_DIR`, which are set here unless given. */
  readonly env?: Readonly<Record<string, string>>
  /** An existing data folder, for a restart. Without it a fresh one is made, and removed by `remove`. */
  readonly dataFolder?: string
}

export interface SpawnedServer {
  readonly url: string
  readonly pid: number
  readonly dataFolder: string
  /** As the first start printed it; `undefined` on a later start. */
  readonly admin: { readonly email: string; readonly password: string } | undefined
  /** Ms from the start of the process until it said that it is ready. */
  readonly startMs: number
  /** Lines for people. */
  stdout(): string
  /** The structured log. */
  log(): string
  /** Sends the signal and resolves with the exit code (`null` where the signal ended it). */
  kill(signal: NodeJS.Signals): Promise<number | null>
  /** SIGTERM where it still runs, and the data folder is removed. */
  remove(): Promise<void>
}

/** Builds the server as it lies in the source, about a third of a second. */
export function buildServer(): void {
  execFileSync(process.execPath, [join(serverFolder, 'build.mjs')], { stdio: 'inherit' })
}

function firstMatch(pattern: RegExp, text: string): string | undefined {
  return pattern.exec(text)?.[1]
}

function waitUntilReady(child: ChildProcess, stdout: () => string, log: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      fail('the server was not ready in time')
    }, readyWithinMs)
    const fail = (why: string) => {
      clearTimeout(late)
      child.kill('SIGKILL')
      reject(new Error(`${why}\n${stdout()}\n${log()}`))
    }
    child.stdout?.on('data', () => {
      const url = firstMatch(/^ready on (\S+)$/m, stdout())
      if (url === undefined) return
      clearTimeout(late)
      resolve(url)
    })
    child.once('exit', (code) => {
      fail(`the server ended with ${String(code)}`)
    })
  })
}

/** Starts the built server as a process of its own on a free port, and resolves when it is ready. Call `buildServer` first. */
export async function spawnServer({ env = {}, dataFolder }: SpawnOptions = {}): Promise<SpawnedServer> {
  const folder = dataFolder ?? mkdtempSync(join(tmpdir(), 'helvino-test-'))
  let stdout = ''
  let log = ''
  const startedAtMs = performance.now()
  const child = spawn(process.execPath, [programFile, 'start'], {
    env: { PATH: process.env['PATH'], PORT: '0', HELVINO_DATA_DIR: folder, LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text))
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const url = await waitUntilReady(
    child,
    () => stdout,
    () => log,
  )
  const email = firstMatch(/^ *e-mail +(\S+)$/m, stdout)
  const password = firstMatch(/^ *password +(\S+)$/m, stdout)
  const kill = (signal: NodeJS.Signals) => {
    child.kill(signal)
    return exited
  }
  return {
    url,
    pid: child.pid ?? 0,
    dataFolder: folder,
    admin: email === undefined || password === undefined ? undefined : { email, password },
    startMs: performance.now() - startedAtMs,
    stdout: () => stdout,
    log: () => log,
    kill,
    async remove() {
      if (child.exitCode === null && child.signalCode === null) await kill('SIGTERM')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
