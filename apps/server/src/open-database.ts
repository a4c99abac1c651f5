import { join } from 'node:path'
import type { ServerConfig } from './config.ts'
import type { Inspection } from './store/inspected-database.ts'
import type { DatabaseOpening } from './store/opened-database.ts'
import { inspectPostgres } from './store/postgres/inspect-postgres.ts'
import { openPostgresDatabase } from './store/postgres/postgres-database.ts'
import { inspectSqlite } from './store/sqlite/inspect-sqlite.ts'
import { openSqliteDatabase } from './store/sqlite/sqlite-database.ts'

/** Which database an installation has. */
export type DatabasePlace = Pick<ServerConfig, 'databaseUrl' | 'dataFolder'>

export const sqlitePath = ({ dataFolder }: Pick<ServerConfig, 'dataFolder'>): string => join(dataFolder, 'helvino.db')

/** Opens it for writing, migrated; makes it where there is none. */
export async function openDatabase(place: DatabasePlace): Promise<DatabaseOpening> {
  const { databaseUrl } = place
  return databaseUrl === undefined ? openSqliteDatabase(sqlitePath(place)) : openPostgresDatabase(databaseUrl)
}

/** Looks at it and changes nothing. */
export async function inspectDatabase(place: DatabasePlace): Promise<Inspection> {
  const { databaseUrl } = place
  return databaseUrl === undefined ? inspectSqlite(sqlitePath(place)) : inspectPostgres(databaseUrl)
}
