import type { Clock } from '@helvino/runtime'
import { systemRandom } from '@helvino/runtime/system-node'
import { onTestFinished } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { startServer } from '../../src/server.ts'
import { testFolder } from '../test-folder.ts'

export interface RunningServer {
  readonly url: string
  readonly dataFolder: string
  /** The structured log. */
  log(): string
}

/** The server in this process, with a clock of the test's; it ends with the test. */
export async function runServer(
  clock: Clock,
  dataFolder = testFolder(),
  env: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const reading = readConfig({ PORT: '0', HELVINO_DATA_DIR: dataFolder, ...env })
  if (reading.kind === 'invalid') throw new Error(reading.message)
  let log = ''
  const started = await startServer(reading.config, {
    clock,
    random: systemRandom,
    busyShare: () => 0,
    out: () => undefined,
    log: { write: (line) => (log += line) },
    pages: { widget: dataFolder, inbox: dataFolder, demo: dataFolder, docs: dataFolder },
  })
  if (started.kind === 'failed') throw new Error(started.message)
  onTestFinished(() => started.stop())
  return { url: started.url, dataFolder, log: () => log }
}
