import { Worker } from 'node:worker_threads'
import type { Database } from 'better-sqlite3'

/** Pages of 4 KiB in the log with which a commit moves it into the file itself: SQLite's own, and where a thread does so all the time. */
const pagesAlone = 1_000
const pagesBeside = 8_000

/** Beside this module, before and after it is bundled. */
const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? './checkpoint-worker.ts' : './checkpoint-worker.js',
  import.meta.url,
)

/** Ends what `startCheckpoints` has begun. */
export type StopCheckpoints = () => Promise<void>

/**
 * Has the log moved into the file by another thread, so that no message waits for it: docs/adr/0013. Where that thread cannot be had, commits do
 * it themselves, as before.
 */
export function startCheckpoints(database: Database): StopCheckpoints {
  const setPages = (pages: number) => {
    if (database.open) database.pragma(`wal_autocheckpoint = ${String(pages)}`)
  }
  const worker = new Worker(workerUrl, { workerData: database.name })
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      setPages(pagesAlone)
      resolve()
    })
  })
  worker.once('error', (error) => {
    process.emitWarning(`The log of the database is moved by commits: ${String(error)}`)
  })
  // It keeps no process alive.
  worker.unref()
  setPages(pagesBeside)
  return async () => {
    worker.ref()
    worker.postMessage('close')
    await ended
  }
}
