import { type ChildProcess, spawn } from 'node:child_process'
import { programFile } from './spawn-server.ts'

export interface CommandEnd {
  /** `null` where a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunningCommand {
  readonly child: ChildProcess
  readonly ended: Promise<CommandEnd>
}

export interface CommandOptions {
  /** Beside `PATH`, and nothing else of the tests' own environment. */
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

/** Starts a command of the built program. Call `buildServer` first. */
export function startCommand(args: readonly string[], { env = {}, input }: CommandOptions = {}): RunningCommand {
  const child = spawn(process.execPath, [programFile, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // A command that does not read has ended before it is written to.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<CommandEnd>((resolve) =>
    child.once('close', (code) => {
      resolve({ code, stdout, stderr })
    }),
  )
  return { child, ended }
}

export const runCommand = (args: readonly string[], options?: CommandOptions): Promise<CommandEnd> =>
  startCommand(args, options).ended
