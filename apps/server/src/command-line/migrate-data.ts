import { join } from 'node:path'
import { moveData } from '../migrate-data/move-data.ts'
import type { Command } from './command.ts'

export const migrateData: Command = {
  name: 'migrate-data',
  does: 'move the data',
  summary: 'Moves the SQLite file of the data folder to the empty PostgreSQL of DATABASE_URL',
  about: ['Stop the server first. Everything is read back and compared before it counts.'],
  operands: [],
  options: {},
  async run({ out }, { dataFolder, databaseUrl }) {
    if (databaseUrl === undefined)
      return {
        kind: 'failed',
        message: 'Set DATABASE_URL to the empty PostgreSQL database that the data is to be moved to.',
      }
    const path = join(dataFolder, 'helvino.db')
    out(`Moving ${path} to the database of DATABASE_URL`)
    const move = await moveData({ path, url: databaseUrl, out })
    if (move.kind === 'failed') return move
    out('Moved. Start the server with the same DATABASE_URL and data folder, which holds the keys.')
    out(`Keep ${path} as a copy of this moment; without DATABASE_URL the server would go on with it.`)
    return { kind: 'done' }
  },
}
