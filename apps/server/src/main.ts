import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { holdProcess, measureBusyShare, systemClock, systemRandom } from '@helvino/runtime/system-node'
import { commands } from './command-line/commands.ts'
import type { CommandResult, CommandWorld } from './command-line/command.ts'
import { complainOfNode } from './command-line/node-version.ts'
import { parseCommandLine } from './command-line/parse-command-line.ts'
import { readConfig } from './config.ts'

// Before any file is made: the database, and what SQLite lays beside it, are for this user alone.
process.umask(0o077)

const exitCodes = { done: 0, failed: 1, misused: 2 }

function end(kind: keyof typeof exitCodes, message?: string): never {
  if (message !== undefined) process.stderr.write(`${message}\n`)
  process.exit(exitCodes[kind])
}

const tooOld = complainOfNode(process.versions.node)
if (tooOld !== undefined) end('failed', tooOld)

// This file and its bundle lie equally deep, in src and in dist.
const appFolder = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

const world: CommandWorld = {
  clock: systemClock,
  random: systemRandom,
  busyShare: measureBusyShare(),
  out: (line) => {
    process.stdout.write(`${line}\n`)
  },
  log: process.stderr,
  pages: {
    widget: appFolder('widget/dist'),
    inbox: appFolder('inbox/dist'),
    demo: appFolder('demo/dist'),
    docs: appFolder('server/dist/docs'),
  },
  readInput: () => text(process.stdin),
  stopAsked: () =>
    new Promise((resolve) => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
    }),
}

const commandLine = parseCommandLine(commands, process.argv.slice(2))
if (commandLine.kind === 'misused') end('misused', commandLine.message)
if (commandLine.kind === 'help') {
  for (const line of commandLine.lines) world.out(line)
  end('done')
}
const { command, given } = commandLine

// A stop waits for what runs, and for nothing else that would keep the process alive.
holdProcess()

async function run(): Promise<CommandResult> {
  const reading = readConfig(process.env)
  if (reading.kind === 'ok') return command.run(world, reading.config, given)
  const { message } = reading
  return command.runMisconfigured?.(world, message, given) ?? { kind: 'failed', message }
}

// One plain sentence for whatever nobody foresaw; the stack of it would help nobody who runs a server.
const result = await run().catch((error: unknown) =>
  end('failed', `Helvino could not ${command.does}: ${error instanceof Error ? error.message : String(error)}.`),
)
end(result.kind, result.kind === 'failed' ? result.message : undefined)
