import type { Kysely } from 'kysely'
import { sql } from 'kysely'

/** Ours: which organisation a user of the login library answers for. */
export type AgentTables = {
  readonly agent_memberships: {
    readonly user_id: string
    readonly org_id: string
    readonly role: 'admin' | 'agent'
  }
  /** The library's own three; the columns that we read or delete by. */
  readonly session: { readonly id: string; readonly userId: string; readonly expiresAt: string }
  readonly user: { readonly id: string; readonly name: string; readonly email: string }
  /** Its passwords, a user's own each. */
  readonly account: { readonly id: string; readonly userId: string }
  /** Ours: who may join, by a token that is kept as its hash only. Instants are ms since the epoch. */
  readonly agent_invitations: {
    readonly id: string
    readonly org_id: string
    readonly email: string
    readonly role: 'admin' | 'agent'
    readonly token_hash: string
    readonly created_at_ms: number
    readonly expires_at_ms: number
  }
  /** Small facts of this installation: the cookie secret, what the first organisation is called, and that the first start is done. */
  readonly installation: { readonly name: string; readonly value: string }
}

// The login library's own plan for these options, written out: the library then need not be loaded to start the server.
// A test asks the library whether anything is missing.
const statementsFor = ({ instant, flag }: { instant: string; flag: string }): readonly string[] => [
  `CREATE TABLE IF NOT EXISTS "user" ("id" text NOT NULL PRIMARY KEY, "name" text NOT NULL, "email" text NOT NULL UNIQUE,
    "emailVerified" ${flag} NOT NULL, "image" text, "createdAt" ${instant} NOT NULL, "updatedAt" ${instant} NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS "session" ("id" text NOT NULL PRIMARY KEY, "expiresAt" ${instant} NOT NULL, "token" text NOT NULL UNIQUE,
    "createdAt" ${instant} NOT NULL, "updatedAt" ${instant} NOT NULL, "ipAddress" text, "userAgent" text,
    "userId" text NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE)`,
  `CREATE TABLE IF NOT EXISTS "account" ("id" text NOT NULL PRIMARY KEY, "accountId" text NOT NULL, "providerId" text NOT NULL,
    "userId" text NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE, "accessToken" text, "refreshToken" text, "idToken" text,
    "accessTokenExpiresAt" ${instant}, "refreshTokenExpiresAt" ${instant}, "scope" text, "password" text,
    "createdAt" ${instant} NOT NULL, "updatedAt" ${instant} NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS "verification" ("id" text NOT NULL PRIMARY KEY, "identifier" text NOT NULL, "value" text NOT NULL,
    "expiresAt" ${instant} NOT NULL, "createdAt" ${instant} NOT NULL, "updatedAt" ${instant} NOT NULL)`,
  `CREATE INDEX IF NOT EXISTS "session_userId_idx" ON "session" ("userId")`,
  `CREATE INDEX IF NOT EXISTS "account_userId_idx" ON "account" ("userId")`,
  `CREATE INDEX IF NOT EXISTS "verification_identifier_idx" ON "verification" ("identifier")`,
  `CREATE TABLE IF NOT EXISTS agent_memberships (user_id text NOT NULL PRIMARY KEY REFERENCES "user" ("id") ON DELETE CASCADE,
    org_id text NOT NULL, role text NOT NULL CHECK (role IN ('admin', 'agent')))`,
  `CREATE TABLE IF NOT EXISTS agent_invitations (id text NOT NULL PRIMARY KEY, org_id text NOT NULL, email text NOT NULL,
    role text NOT NULL CHECK (role IN ('admin', 'agent')), token_hash text NOT NULL UNIQUE, created_at_ms bigint NOT NULL,
    expires_at_ms bigint NOT NULL, UNIQUE (org_id, email))`,
  `CREATE TABLE IF NOT EXISTS installation (name text NOT NULL PRIMARY KEY, value text NOT NULL)`,
]

/** The login library's own types of column. */
const columnTypes = {
  sqlite: { instant: 'date', flag: 'integer' },
  postgres: { instant: 'timestamptz', flag: 'boolean' },
}

/** Makes what is missing. Safe to run at every start. */
export async function migrateAgentTables(
  database: Kysely<AgentTables>,
  dialect: keyof typeof columnTypes,
): Promise<void> {
  for (const statement of statementsFor(columnTypes[dialect])) await sql.raw(statement).execute(database)
}
