import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'

// The store that no store on better-sqlite3 can beat: rows of the same size, so many in a transaction, each transaction synced.
// Usage: node bench/messages/bare-sqlite.ts GROUP MS; prints rows per second and µs of CPU for each as JSON.

const [group = 64, forMs = 5_000] = process.argv.slice(2).map(Number)
const folder = mkdtempSync(join(tmpdir(), 'helvino-bench-'))
const database = new Sqlite(join(folder, 'bare.db'))
database.pragma('journal_mode = WAL')
database.pragma('synchronous = FULL')
database.exec(`CREATE TABLE messages (
  org_id TEXT NOT NULL, conversation_id TEXT NOT NULL, sequence INTEGER NOT NULL, id TEXT NOT NULL, role TEXT NOT NULL,
  content TEXT NOT NULL, client_message_id TEXT, created_at_ms INTEGER NOT NULL,
  PRIMARY KEY (org_id, conversation_id, sequence), UNIQUE (org_id, conversation_id, client_message_id)
) STRICT, WITHOUT ROWID`)
const insert = database.prepare('INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
const insertGroup = database.transaction((sequence: number) => {
  for (let client = 0; client < group; client += 1) {
    const name = `c${String(client)}-${String(sequence)}`
    insert.run(
      'org',
      `conversation ${String(client)}`,
      sequence,
      crypto.randomUUID(),
      'user',
      `text of ${name}`,
      name,
      0,
    )
  }
})

let rows = 0
let sequence = 0
const startedAtMs = performance.now()
const startedAtCpu = process.cpuUsage()
while (performance.now() - startedAtMs < forMs) {
  insertGroup.immediate((sequence += 1))
  rows += group
}
const { user, system } = process.cpuUsage(startedAtCpu)
const perSecond = Math.round((rows / (performance.now() - startedAtMs)) * 1_000)
console.log(JSON.stringify({ perSecond, cpuUs: Math.round((user + system) / rows) }))
database.close()
rmSync(folder, { recursive: true, force: true })
