import { type Kysely, sql } from 'kysely'

/** Tables of an installation that is older than owners refuse them. SQLite changes no check of a table that stands: it is made anew there. */
export async function admitOwners<Tables>(
  database: Kysely<Tables>,
  dialect: 'sqlite' | 'postgres',
  /** The statement that makes each, by its name. */
  tables: Readonly<Record<string, string>>,
): Promise<void> {
  const admit = dialect === 'sqlite' ? makeAnew : changeCheck
  for (const [table, statement] of Object.entries(tables)) await admit(database, table, statement)
}

async function makeAnew<Tables>(database: Kysely<Tables>, table: string, statement: string): Promise<void> {
  const known = await sql`SELECT 1 FROM sqlite_master WHERE name = ${table} AND sql LIKE '%owner%'`.execute(database)
  if (known.rows.length > 0) return
  await database.transaction().execute(async (transaction) => {
    const before = `${table}_before_owners`
    await sql.raw(`ALTER TABLE ${table} RENAME TO ${before}`).execute(transaction)
    await sql.raw(statement).execute(transaction)
    await sql.raw(`INSERT INTO ${table} SELECT * FROM ${before}`).execute(transaction)
    await sql.raw(`DROP TABLE ${before}`).execute(transaction)
  })
}

async function changeCheck<Tables>(database: Kysely<Tables>, table: string): Promise<void> {
  const check = `${table}_role_check`
  const known = await sql`
    SELECT 1 FROM pg_constraint
    WHERE conrelid = to_regclass(${table}) AND conname = ${check} AND pg_get_constraintdef(oid) LIKE '%owner%'`.execute(
    database,
  )
  if (known.rows.length > 0) return
  await sql
    .raw(
      `ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${check},
        ADD CONSTRAINT ${check} CHECK (role IN ('owner', 'admin', 'agent'))`,
    )
    .execute(database)
}

/** Every organisation with an admin has an owner: where there is none, as before there were owners, whoever became an admin's account first. */
export async function appointOwners<Tables>(database: Kysely<Tables>): Promise<void> {
  await sql`
    UPDATE agent_memberships SET role = 'owner' WHERE user_id IN (
      SELECT (
        SELECT admins.user_id FROM agent_memberships admins JOIN "user" ON "user".id = admins.user_id
        WHERE admins.org_id = orgs.org_id AND admins.role = 'admin' ORDER BY "user"."createdAt", "user".id LIMIT 1
      ) FROM (SELECT DISTINCT org_id FROM agent_memberships) orgs
      WHERE NOT EXISTS (
        SELECT 1 FROM agent_memberships owners WHERE owners.org_id = orgs.org_id AND owners.role = 'owner'
      )
    )`.execute(database)
}
