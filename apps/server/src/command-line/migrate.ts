import { migrateAgentTables, type AgentTables } from '../auth/agent-tables.ts'
import { inspectDatabase, openDatabase } from '../open-database.ts'
import type { Command } from './command.ts'

export const migrate: Command = {
  name: 'migrate',
  does: 'bring the database to this version',
  summary: 'Brings the database to this version and does not serve',
  about: ['`start` does the same before it serves. Data of a newer version is left as it is.'],
  operands: [],
  options: {},
  async run({ out }, config) {
    const before = await inspectDatabase(config)
    if (before.kind === 'failed') return { kind: 'failed', message: before.message }
    const formatBefore = before.kind === 'inspected' ? before.database.format : 0
    if (before.kind === 'inspected') await before.database.close()
    const opening = await openDatabase(config)
    if (opening.kind === 'failed') return opening
    const { kysely, dialect, close } = opening.database
    await migrateAgentTables(kysely.$extendTables<AgentTables>(), dialect)
    await close()
    const after = await inspectDatabase(config)
    if (after.kind !== 'inspected') return { kind: 'failed', message: after.message }
    const { format } = after.database
    await after.database.close()
    if (formatBefore === format) out(`Nothing to do: the data has format ${format} already.`)
    else if (formatBefore === 0) out(`Made an empty database of format ${format}.`)
    else out(`Brought the data from format ${formatBefore} to format ${format}.`)
    return { kind: 'done' }
  },
}
