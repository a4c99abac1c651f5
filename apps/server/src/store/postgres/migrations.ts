import type { Client } from 'pg'

// Appended to, never edited: the number of steps is the data's format, kept in `data_format`. The columns are those of SQLite.
// Texts are compared by their bytes, as SQLite does: no locale of the server changes an order.
const steps: readonly string[] = [
  `
  CREATE TABLE orgs (
    id text COLLATE "C" NOT NULL PRIMARY KEY,
    key text COLLATE "C" NOT NULL UNIQUE,
    site_id text COLLATE "C" NOT NULL UNIQUE,
    name text NOT NULL,
    enabled integer NOT NULL,
    config text NOT NULL,
    allowed_origins text NOT NULL,
    valid_from_ms bigint NOT NULL
  );

  CREATE TABLE refused_origins (
    org_id text COLLATE "C" NOT NULL REFERENCES orgs (id),
    origin text COLLATE "C" NOT NULL,
    last_seen_at_ms bigint NOT NULL,
    PRIMARY KEY (org_id, origin)
  );

  CREATE TABLE visitors (
    org_id text COLLATE "C" NOT NULL REFERENCES orgs (id),
    id text COLLATE "C" NOT NULL,
    hash text COLLATE "C",
    valid_from_ms bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, hash)
  );

  CREATE TABLE conversations (
    org_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    visitor_id text COLLATE "C" NOT NULL,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'resolved')),
    created_at_ms bigint NOT NULL,
    active_at_ms bigint NOT NULL,
    latest_sequence bigint NOT NULL DEFAULT 0,
    read_sequence bigint NOT NULL DEFAULT 0,
    preview text NOT NULL DEFAULT '',
    created_key text COLLATE "C",
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, visitor_id) REFERENCES visitors (org_id, id)
  );
  CREATE INDEX conversations_by_visitor ON conversations (org_id, visitor_id, created_at_ms);
  CREATE INDEX conversations_by_activity ON conversations (org_id, active_at_ms, id);
  CREATE UNIQUE INDEX conversations_by_key ON conversations (org_id, visitor_id, created_key)
    WHERE created_key IS NOT NULL;

  CREATE TABLE messages (
    org_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    sequence bigint NOT NULL,
    id text COLLATE "C" NOT NULL,
    role text NOT NULL,
    kind text NOT NULL,
    author_id text,
    content text NOT NULL,
    client_message_id text COLLATE "C",
    created_at_ms bigint NOT NULL,
    PRIMARY KEY (org_id, conversation_id, sequence),
    UNIQUE (org_id, id),
    FOREIGN KEY (org_id, conversation_id) REFERENCES conversations (org_id, id)
  );
  CREATE UNIQUE INDEX messages_by_client_id ON messages (org_id, conversation_id, client_message_id)
    WHERE client_message_id IS NOT NULL;

  CREATE TABLE heartbeat (
    id integer NOT NULL PRIMARY KEY CHECK (id = 1),
    at_ms bigint NOT NULL
  );
  `,
  // What was said before it was noted counts as read: nobody is told of old answers.
  `
  CREATE TABLE visitor_profiles (
    org_id text COLLATE "C" NOT NULL REFERENCES orgs (id),
    visitor_id text COLLATE "C" NOT NULL,
    name text,
    email text,
    language text,
    browser text,
    page_url text,
    page_title text,
    first_seen_at_ms bigint NOT NULL,
    last_seen_at_ms bigint NOT NULL,
    PRIMARY KEY (org_id, visitor_id)
  );

  ALTER TABLE conversations ADD COLUMN visitor_read_sequence bigint NOT NULL DEFAULT 0;
  UPDATE conversations SET visitor_read_sequence = latest_sequence
  `,
  `
  ALTER TABLE conversations ADD COLUMN assignee_id text COLLATE "C";
  CREATE INDEX conversations_by_assignee ON conversations (org_id, status, assignee_id, active_at_ms, id);

  CREATE TABLE notes (
    org_id text COLLATE "C" NOT NULL,
    conversation_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    author_id text NOT NULL,
    author_name text NOT NULL,
    content text NOT NULL,
    after_sequence bigint NOT NULL,
    client_note_id text COLLATE "C" NOT NULL,
    created_at_ms bigint NOT NULL,
    PRIMARY KEY (org_id, conversation_id, id),
    UNIQUE (org_id, conversation_id, client_note_id),
    FOREIGN KEY (org_id, conversation_id) REFERENCES conversations (org_id, id)
  );

  CREATE TABLE replies (
    org_id text COLLATE "C" NOT NULL REFERENCES orgs (id),
    id text COLLATE "C" NOT NULL,
    shortcut text COLLATE "C" NOT NULL,
    content text NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, shortcut)
  );

  CREATE TABLE seen_origins (
    org_id text COLLATE "C" NOT NULL REFERENCES orgs (id),
    origin text COLLATE "C" NOT NULL,
    first_seen_at_ms bigint NOT NULL,
    last_seen_at_ms bigint NOT NULL,
    PRIMARY KEY (org_id, origin)
  );
  `,
  `
  -- Nothing here: the agents' tables know owners and more, whom an older version would shut out, or in.
  SELECT 1
  `,
]

/** The newest format of the data that this version reads and writes. */
export const dataFormat = steps.length

export type Migration = { readonly kind: 'ok' } | { readonly kind: 'too-new'; readonly format: number }

/** Brings the data to `dataFormat`, or no further than `upTo`, each step in a transaction of its own. Nobody else may migrate meanwhile: see `StartLock`. */
export async function migrate(client: Client, upTo = dataFormat): Promise<Migration> {
  await client.query('CREATE TABLE IF NOT EXISTS data_format (format integer NOT NULL)')
  const { rows } = await client.query<{ readonly format: number }>('SELECT format FROM data_format')
  const format = rows[0]?.format ?? 0
  if (format > dataFormat) return { kind: 'too-new', format }
  for (const [index, step] of steps.entries()) {
    if (index < format || index >= upTo) continue
    // One message is one transaction.
    await client.query(`${step}; DELETE FROM data_format; INSERT INTO data_format VALUES (${index + 1})`)
  }
  return { kind: 'ok' }
}
