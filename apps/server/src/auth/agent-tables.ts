import type { AgentRole } from '@helvino/protocol'
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import { admitOwners, appointOwners } from './owners.ts'

/** Ours: which organisation a user of the login library answers for. */
export type AgentTables = {
  readonly agent_memberships: {
    readonly user_id: string
    readonly org_id: string
    readonly role: AgentRole
  }
  /** The library's own; the columns that we read or delete by. */
  readonly session: {
    readonly id: string
    readonly userId: string
    /** Texts in SQLite, `Date` in PostgreSQL. */
    readonly expiresAt: string
    readonly createdAt: string
    readonly updatedAt: string
    readonly userAgent: string | null
  }
  readonly user: {
    readonly id: string
    readonly name: string
    readonly email: string
    /** A number in SQLite, a boolean in PostgreSQL; `null` for whoever was there before it. */
    readonly twoFactorEnabled: number | boolean | null
  }
  readonly twoFactor: { readonly id: string; readonly userId: string }
  readonly verification: { readonly id: string; readonly identifier: string }
  /** Its passwords, a user's own each. */
  readonly account: { readonly id: string; readonly userId: string }
  /** Ours: who may join, by a token that is kept as its hash only. Instants are ms since the epoch. */
  readonly agent_invitations: {
    readonly id: string
    readonly org_id: string
    readonly email: string
    readonly role: AgentRole
    readonly token_hash: string
    readonly created_at_ms: number
    readonly expires_at_ms: number
    /** `null` of those that are older than it. */
    readonly invited_by: string | null
  }
  /** Ours: which organisations ask all of their members for a code beside the password. */
  readonly agent_two_factor_demands: { readonly org_id: string }
  /** Ours: codes of authenticator apps that were shown lately. */
  readonly agent_shown_codes: { readonly user_id: string; readonly code: string; readonly shown_at_ms: number }
  /** Ours: what was done in an organisation, by whom. Written once and never changed; the oldest go. `id` follows the time. */
  readonly agent_audit: {
    readonly org_id: string
    readonly id: string
    readonly at_ms: number
    readonly action: string
    readonly actor_id: string | null
    readonly actor_name: string
    readonly actor_email: string
    readonly subject: string
    readonly address_key: string
    /** JSON array of `AuditChange`. */
    readonly changes: string
  }
  /** Small facts of this installation: the cookie secret, what the first organisation is called, and that the first start is done. */
  readonly installation: { readonly name: string; readonly value: string }
}

const roleColumn = `role text NOT NULL CHECK (role IN ('owner', 'admin', 'agent'))`

const tablesWithRole = {
  agent_memberships: `CREATE TABLE IF NOT EXISTS agent_memberships (user_id text NOT NULL PRIMARY KEY
    REFERENCES "user" ("id") ON DELETE CASCADE, org_id text NOT NULL, ${roleColumn})`,
  agent_invitations: `CREATE TABLE IF NOT EXISTS agent_invitations (id text NOT NULL PRIMARY KEY, org_id text NOT NULL,
    email text NOT NULL, ${roleColumn}, token_hash text NOT NULL UNIQUE, created_at_ms bigint NOT NULL,
    expires_at_ms bigint NOT NULL, invited_by text, UNIQUE (org_id, email))`,
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
  `CREATE TABLE IF NOT EXISTS "twoFactor" ("id" text NOT NULL PRIMARY KEY, "secret" text NOT NULL, "backupCodes" text NOT NULL,
    "userId" text NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE, "verified" ${flag}, "failedVerificationCount" integer,
    "lockedUntil" ${instant})`,
  `CREATE INDEX IF NOT EXISTS "twoFactor_secret_idx" ON "twoFactor" ("secret")`,
  `CREATE INDEX IF NOT EXISTS "twoFactor_userId_idx" ON "twoFactor" ("userId")`,
  `CREATE INDEX IF NOT EXISTS "session_userId_idx" ON "session" ("userId")`,
  `CREATE INDEX IF NOT EXISTS "account_userId_idx" ON "account" ("userId")`,
  `CREATE INDEX IF NOT EXISTS "verification_identifier_idx" ON "verification" ("identifier")`,
  ...Object.values(tablesWithRole),
  `CREATE TABLE IF NOT EXISTS agent_audit (org_id text NOT NULL, id text NOT NULL, at_ms bigint NOT NULL, action text NOT NULL,
    actor_id text, actor_name text NOT NULL, actor_email text NOT NULL, subject text NOT NULL, address_key text NOT NULL,
    changes text NOT NULL, PRIMARY KEY (org_id, id))`,
  `CREATE TABLE IF NOT EXISTS agent_two_factor_demands (org_id text NOT NULL PRIMARY KEY)`,
  `CREATE TABLE IF NOT EXISTS agent_shown_codes (user_id text NOT NULL REFERENCES "user" ("id") ON DELETE CASCADE,
    code text NOT NULL, shown_at_ms bigint NOT NULL, PRIMARY KEY (user_id, code))`,
  `CREATE TABLE IF NOT EXISTS installation (name text NOT NULL PRIMARY KEY, value text NOT NULL)`,
]

/** The login library's own types of column. */
const columnTypes = {
  sqlite: { instant: 'date', flag: 'integer' },
  postgres: { instant: 'timestamptz', flag: 'boolean' },
}

/** Installations that are older than it have the table without it, and SQLite knows no `IF NOT EXISTS` for a column. */
async function addColumn(
  database: Kysely<AgentTables>,
  dialect: keyof typeof columnTypes,
  { table, column, type }: { readonly table: string; readonly column: string; readonly type: string },
): Promise<void> {
  const known =
    dialect === 'sqlite'
      ? (await sql`SELECT 1 FROM pragma_table_info(${table}) WHERE name = ${column}`.execute(database)).rows
      : []
  if (known.length > 0) return
  const unless = dialect === 'sqlite' ? '' : 'IF NOT EXISTS'
  await sql.raw(`ALTER TABLE "${table}" ADD COLUMN ${unless} "${column}" ${type}`).execute(database)
}

/** Makes what is missing. Safe to run at every start. */
export async function migrateAgentTables(
  database: Kysely<AgentTables>,
  dialect: keyof typeof columnTypes,
): Promise<void> {
  const types = columnTypes[dialect]
  for (const statement of statementsFor(types)) await sql.raw(statement).execute(database)
  await addColumn(database, dialect, { table: 'user', column: 'twoFactorEnabled', type: types.flag })
  await addColumn(database, dialect, { table: 'agent_invitations', column: 'invited_by', type: 'text' })
  await admitOwners(database, dialect, tablesWithRole)
  await appointOwners(database)
}
