import type { Database } from 'better-sqlite3'

// Appended to, never edited: the number of steps is the data's format, kept in `user_version`.
// Clustered by what is read together: a conversation's messages lie side by side, in order.
const steps: readonly string[] = [
  `
  CREATE TABLE orgs (
    id TEXT NOT NULL PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    site_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    config TEXT NOT NULL,
    allowed_origins TEXT NOT NULL,
    valid_from_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE refused_origins (
    org_id TEXT NOT NULL REFERENCES orgs (id),
    origin TEXT NOT NULL,
    last_seen_at_ms INTEGER NOT NULL,
    PRIMARY KEY (org_id, origin)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE visitors (
    org_id TEXT NOT NULL REFERENCES orgs (id),
    id TEXT NOT NULL,
    hash TEXT,
    valid_from_ms INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, hash)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE conversations (
    org_id TEXT NOT NULL,
    id TEXT NOT NULL,
    visitor_id TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'resolved')),
    created_at_ms INTEGER NOT NULL,
    active_at_ms INTEGER NOT NULL,
    latest_sequence INTEGER NOT NULL DEFAULT 0,
    read_sequence INTEGER NOT NULL DEFAULT 0,
    preview TEXT NOT NULL DEFAULT '',
    created_key TEXT,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, visitor_id) REFERENCES visitors (org_id, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX conversations_by_visitor ON conversations (org_id, visitor_id, created_at_ms);
  CREATE INDEX conversations_by_activity ON conversations (org_id, active_at_ms, id);
  CREATE UNIQUE INDEX conversations_by_key ON conversations (org_id, visitor_id, created_key)
    WHERE created_key IS NOT NULL;

  CREATE TABLE messages (
    org_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    id TEXT NOT NULL,
    role TEXT NOT NULL,
    kind TEXT NOT NULL,
    author_id TEXT,
    content TEXT NOT NULL,
    client_message_id TEXT,
    created_at_ms INTEGER NOT NULL,
    PRIMARY KEY (org_id, conversation_id, sequence),
    UNIQUE (org_id, id),
    FOREIGN KEY (org_id, conversation_id) REFERENCES conversations (org_id, id)
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX messages_by_client_id ON messages (org_id, conversation_id, client_message_id)
    WHERE client_message_id IS NOT NULL;
  `,
  `
  CREATE TABLE heartbeat (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    at_ms INTEGER NOT NULL
  ) STRICT;
  `,
  // What was said before it was noted counts as read: nobody is told of old answers.
  `
  CREATE TABLE visitor_profiles (
    org_id TEXT NOT NULL REFERENCES orgs (id),
    visitor_id TEXT NOT NULL,
    name TEXT,
    email TEXT,
    language TEXT,
    browser TEXT,
    page_url TEXT,
    page_title TEXT,
    first_seen_at_ms INTEGER NOT NULL,
    last_seen_at_ms INTEGER NOT NULL,
    PRIMARY KEY (org_id, visitor_id)
  ) STRICT, WITHOUT ROWID;

  ALTER TABLE conversations ADD COLUMN visitor_read_sequence INTEGER NOT NULL DEFAULT 0;
  UPDATE conversations SET visitor_read_sequence = latest_sequence;
  `,
  `
  ALTER TABLE conversations ADD COLUMN assignee_id TEXT;
  CREATE INDEX conversations_by_assignee ON conversations (org_id, status, assignee_id, active_at_ms, id);

  CREATE TABLE notes (
    org_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    id TEXT NOT NULL,
    author_id TEXT NOT NULL,
    author_name TEXT NOT NULL,
    content TEXT NOT NULL,
    after_sequence INTEGER NOT NULL,
    client_note_id TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    PRIMARY KEY (org_id, conversation_id, id),
    UNIQUE (org_id, conversation_id, client_note_id),
    FOREIGN KEY (org_id, conversation_id) REFERENCES conversations (org_id, id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE replies (
    org_id TEXT NOT NULL REFERENCES orgs (id),
    id TEXT NOT NULL,
    shortcut TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, shortcut)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE seen_origins (
    org_id TEXT NOT NULL REFERENCES orgs (id),
    origin TEXT NOT NULL,
    first_seen_at_ms INTEGER NOT NULL,
    last_seen_at_ms INTEGER NOT NULL,
    PRIMARY KEY (org_id, origin)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Nothing here: the agents' tables know owners and more, whom an older version would shut out, or in.
  SELECT 1
  `,
]

/** The newest format of the data that this version reads and writes. */
export const dataFormat = steps.length

export type Migration = { readonly kind: 'ok' } | { readonly kind: 'too-new'; readonly format: number }

/** Brings the data to `dataFormat`, or no further than `upTo`, each step in a transaction of its own: a killed start goes on at the step it had reached. */
export function migrate(database: Database, upTo = dataFormat): Migration {
  for (;;) {
    const format = Number(database.pragma('user_version', { simple: true }))
    if (format > dataFormat) return { kind: 'too-new', format }
    const step = steps[format]
    if (step === undefined || format >= upTo) return { kind: 'ok' }
    database
      .transaction(() => {
        // Another process may have taken the step between the read above and the lock that this transaction holds.
        if (Number(database.pragma('user_version', { simple: true })) !== format) return
        database.exec(step)
        database.pragma(`user_version = ${String(format + 1)}`)
      })
      .immediate()
  }
}
