import { Client } from 'pg'

// The store that no store on PostgreSQL can beat: rows of the same size, so many in one statement, each its own durable transaction.
// Usage: DATABASE_URL=... node bench/messages/bare-postgres.ts GROUP MS; prints rows per second as JSON.

const [group = 64, forMs = 5_000] = process.argv.slice(2).map(Number)
const client = new Client({ connectionString: process.env['DATABASE_URL'] })
await client.connect()
await client.query('SET synchronous_commit = on')
await client.query(`CREATE TABLE bare_messages (
  org_id text NOT NULL, conversation_id text NOT NULL, sequence bigint NOT NULL, id text NOT NULL, role text NOT NULL,
  content text NOT NULL, client_message_id text, created_at_ms bigint NOT NULL,
  PRIMARY KEY (org_id, conversation_id, sequence), UNIQUE (org_id, conversation_id, client_message_id)
)`)
const insert = `INSERT INTO bare_messages
  SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[])`

let rows = 0
const startedAtMs = performance.now()
for (let sequence = 1; performance.now() - startedAtMs < forMs; sequence += 1) {
  const names = Array.from({ length: group }, (_, client) => `c${client}-${sequence}`)
  const values = [
    names.map(() => 'org'),
    names.map((_, client) => `conversation ${client}`),
    names.map(() => sequence),
    names.map(() => crypto.randomUUID()),
    names.map(() => 'user'),
    names.map((name) => `text of ${name}`),
    names,
    names.map(() => 0),
  ]
  await client.query({ name: 'insert', text: insert, values })
  rows += group
}
console.log(JSON.stringify({ perSecond: Math.round((rows / (performance.now() - startedAtMs)) * 1_000) }))
await client.end()
