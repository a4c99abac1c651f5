import { Worker } from 'node:worker_threads'
import type { WorldName } from '../worlds.ts'
import type { Batch, BatchReport } from './worker.ts'

const workers = 2
const seedsPerBatch = 10

/** Runs the worlds of `seeds` in two worker threads. The order of the reports is that of coming. */
export async function runSeeds(
  world: WorldName,
  seeds: readonly string[],
  onReport: (report: BatchReport[number]) => void,
): Promise<void> {
  const batches: Batch[] = []
  for (let from = 0; from < seeds.length; from += seedsPerBatch)
    batches.push({ seeds: seeds.slice(from, from + seedsPerBatch) })
  await Promise.all(Array.from({ length: Math.min(workers, batches.length) }, () => work(world, batches, onReport)))
}

/** One worker that takes batches for as long as there are any. */
function work(world: WorldName, batches: Batch[], onReport: (report: BatchReport[number]) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: world })
    const next = () => {
      const batch = batches.shift()
      if (batch) worker.postMessage(batch)
      else worker.terminate().then(() => resolve(), reject)
    }
    worker.on('error', reject)
    worker.on('message', (reports: BatchReport) => {
      for (const report of reports) onReport(report)
      next()
    })
    next()
  })
}
