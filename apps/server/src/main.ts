import { fileURLToPath } from 'node:url'
import { measureBusyShare, systemClock, systemRandom } from '@helvino/runtime/system-node'
import { readConfig } from './config.ts'
import { startServer } from './server.ts'

// Before any file is made: the database, and what SQLite lays beside it, are for this user alone.
process.umask(0o077)

function fail(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

/** One plain sentence for whatever nobody foresaw; the stack of it would help nobody who starts a server. */
const failWith =
  (what: string) =>
  (error: unknown): never =>
    fail(`${what}: ${error instanceof Error ? error.message : String(error)}.`)

// This file and its bundle lie equally deep, in src and in dist.
const appFolder = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

const reading = readConfig(process.env)
if (reading.kind === 'invalid') fail(reading.message)

const server = await startServer(reading.config, {
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
}).catch(failWith('Helvino could not start'))
if (server.kind === 'failed') fail(server.message)

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    server.stop().then(() => process.exit(0), failWith('Helvino could not stop in order'))
  })
}
