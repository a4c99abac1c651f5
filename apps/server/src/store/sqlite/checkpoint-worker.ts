import { parentPort, workerData } from 'node:worker_threads'
import type { Clock } from '@helvino/runtime'
import { systemClock } from '@helvino/runtime/system-node'
import Sqlite from 'better-sqlite3'

// What a commit of the server finds to do by itself in between is then little.
const everyMs = 200

/** A thread of its own: moves what was committed from the log into the file, while the server goes on writing. Ends by any message. */
function moveLog(path: string, clock: Clock): void {
  const database = new Sqlite(path, { fileMustExist: true })
  database.pragma('synchronous = FULL')
  // Somebody else is at it: the next time does.
  database.pragma('busy_timeout = 0')
  let cancel = clock.startTimer(everyMs, move)

  function move() {
    try {
      database.pragma('wal_checkpoint(PASSIVE)')
    } catch {
      // What the disk has against it, it has against the server's writes too, which report it.
    }
    cancel = clock.startTimer(everyMs, move)
  }

  parentPort?.once('message', () => {
    cancel()
    database.close()
  })
}

moveLog(workerData as string, systemClock)
