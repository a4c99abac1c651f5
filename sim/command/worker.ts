import { parentPort, workerData } from 'node:worker_threads'
import { type WorldName, worlds } from '../worlds.ts'
import type { WorldReport } from '../world-kind.ts'
import { inTrap } from './in-trap.ts'

/** What a worker is asked for: the worlds of some seeds. */
export interface Batch {
  readonly seeds: readonly string[]
}

/** What came of a batch, in the order of its seeds; the lines of a world that kept every invariant are of no use to anybody. */
export type BatchReport = readonly Omit<WorldReport, 'lastLines'>[]

const { run } = worlds[workerData as WorldName]

async function answer({ seeds }: Batch): Promise<BatchReport> {
  const reports: Omit<WorldReport, 'lastLines'>[] = []
  for (const seed of seeds) {
    const { lastLines: _lines, ...report } = await inTrap(() => run({ seed }))
    reports.push(report)
  }
  return reports
}

const rethrow = (error: unknown) => {
  // Out of the promise, so that it ends the worker and reaches the command as its error.
  setImmediate(() => {
    throw error
  })
}

parentPort?.on('message', (batch: Batch) => {
  answer(batch).then((reports) => parentPort?.postMessage(reports), rethrow)
})
