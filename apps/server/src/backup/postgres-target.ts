import type { Kysely, Transaction } from 'kysely'
import { type AgentTables, migrateAgentTables } from '../auth/agent-tables.ts'
import { MoveError } from '../migrate-data/move-error.ts'
import { movedTables } from '../migrate-data/moved-tables.ts'
import {
  type AnyTables,
  type ColumnTypes,
  columnTypesOf,
  refuseData,
  toTarget,
} from '../migrate-data/postgres-target.ts'
import { inspectPostgres } from '../store/postgres/inspect-postgres.ts'
import { openPostgresDatabase } from '../store/postgres/postgres-database.ts'
import { BackupError } from './backup-error.ts'
import type { BackupHead, BackupPart, BackupValue, RowCounts } from './backup-lines.ts'
import type { RestoreTarget } from './restore-target.ts'

/** Rows in one statement: about ten parameters each, and PostgreSQL takes 65,535. */
const rowsAtOnce = 1_000

interface Filling {
  readonly name: string
  readonly columns: readonly string[]
  readonly types: ColumnTypes
  rows: (readonly BackupValue[])[]
}

async function flush(transaction: Transaction<AnyTables>, filling: Filling | undefined): Promise<void> {
  if (!filling || filling.rows.length === 0) return
  const { name, columns, types, rows } = filling
  const table = movedTables.find((each) => each.name === name)
  if (!table) throw new BackupError(`The backup has a table ${name} that is not known here`)
  const values = rows.map((row) =>
    toTarget(Object.fromEntries(columns.map((column, index) => [column, row[index]])), types, table),
  )
  filling.rows = []
  await transaction.insertInto(name).values(values).execute()
}

async function insertAll(
  transaction: Transaction<AnyTables>,
  parts: AsyncGenerator<BackupPart, RowCounts, undefined>,
): Promise<RowCounts> {
  let filling: Filling | undefined
  for (;;) {
    const next = await parts.next()
    if (next.done || next.value.kind === 'table') await flush(transaction, filling)
    if (next.done) return next.value
    const part = next.value
    if (part.kind === 'table') {
      const { name, columns } = part
      filling = { name, columns, types: await columnTypesOf(transaction, { name, key: [], checkedBy: [] }), rows: [] }
    }
    if (part.kind !== 'row' || !filling) continue
    filling.rows.push(part.values)
    if (filling.rows.length >= rowsAtOnce) await flush(transaction, filling)
  }
}

/** A database that may hold empty tables already, such as an earlier try leaves behind. */
async function refuseNewerTables(url: string, { dialect, format }: BackupHead): Promise<void> {
  const inspection = await inspectPostgres(url)
  if (inspection.kind !== 'inspected') throw new BackupError(inspection.message.replace(/\.$/, ''))
  const { database } = inspection
  await database.close()
  if (dialect === 'postgres' && database.format > format)
    throw new BackupError('The database has tables of a newer format than the backup: make it anew, without any')
}

/** An empty database. */
export const postgresTarget = (url: string): RestoreTarget => ({
  place: 'the database of DATABASE_URL',
  async fill(parts, head, beforeKept) {
    await refuseNewerTables(url, head)
    // No server starts on it until it is closed.
    const opening = await openPostgresDatabase(url, head.dialect === 'postgres' ? head.format : undefined)
    if (opening.kind === 'failed') throw new BackupError(opening.message.replace(/\.$/, ''))
    try {
      const { kysely } = opening.database
      await migrateAgentTables(kysely.$extendTables<AgentTables>(), 'postgres')
      // The tables by any name, since all of them are treated alike.
      const tables = kysely as unknown as Kysely<AnyTables>
      return await tables.transaction().execute(async (transaction) => {
        await refuseData(transaction)
        const counts = await insertAll(transaction, parts)
        beforeKept()
        return counts
      })
    } catch (error) {
      throw error instanceof MoveError ? new BackupError(error.message) : error
    } finally {
      await opening.database.close()
    }
  },
})
