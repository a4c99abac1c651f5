import { join } from 'node:path'
import { readConfig } from '../config.ts'
import { moveData } from './move-data.ts'

process.umask(0o077)

function fail(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

const out = (line: string) => process.stdout.write(`${line}\n`)

const reading = readConfig(process.env)
if (reading.kind === 'invalid') fail(reading.message)
const { dataFolder, databaseUrl } = reading.config
if (databaseUrl === undefined)
  fail('Set DATABASE_URL to the empty PostgreSQL database that the data is to be moved to.')
const path = join(dataFolder, 'helvino.db')

out(`Moving ${path} to the database of DATABASE_URL`)
const move = await moveData({ path, url: databaseUrl, out }).catch((error: unknown) =>
  fail(`The data could not be moved: ${error instanceof Error ? error.message : String(error)}.`),
)
if (move.kind === 'failed') fail(move.message)
out('Moved. Start the server with the same DATABASE_URL and data folder, which holds the keys.')
out(`Keep ${path} as a copy of this moment; without DATABASE_URL the server would go on with it.`)
