import { fileURLToPath } from 'node:url'
import { systemClock, systemRandom } from '@helvino/runtime/system-node'
import { readConfig } from './config.ts'
import { startServer } from './server.ts'

function fail(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

// This file and its bundle lie equally deep, in src and in dist.
const appFolder = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

const reading = readConfig(process.env)
if (reading.kind === 'invalid') fail(reading.message)

const server = await startServer(reading.config, {
  clock: systemClock,
  random: systemRandom,
  out: (line) => {
    process.stdout.write(`${line}\n`)
  },
  log: process.stderr,
  pages: { widget: appFolder('widget/dist'), inbox: appFolder('inbox/dist'), docs: appFolder('server/dist/docs') },
})
if (server.kind === 'failed') fail(server.message)

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void server.stop().then(() => {
      process.exit(0)
    })
  })
}
