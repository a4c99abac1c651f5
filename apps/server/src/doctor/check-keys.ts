import { join } from 'node:path'
import { keyFileAt } from '../auth/key-file.ts'
import { fingerprintOf } from '../auth/own-keys.ts'
import type { DatabaseFacts } from './check-database.ts'
import { type Finding, ok, wrong } from './finding.ts'

const remedy =
  'Put keys.json back from the backup or from the other server, or set HELVINO_DATA_DIR to the folder that has it; where it is lost for good: "helvino adopt-keys".'

/** `hasData`: the database is one that keys were made for. */
export function checkKeys(
  dataFolder: string,
  { hasData, visitorKey }: Pick<DatabaseFacts, 'hasData' | 'visitorKey'>,
): Finding {
  const path = join(dataFolder, 'keys.json')
  const reading = keyFileAt(path).read()
  if (reading.kind === 'ok' && visitorKey !== undefined && fingerprintOf(reading.keys) !== visitorKey)
    return wrong('keys', `The database was served with other keys than those in ${path}.`, remedy)
  if (reading.kind === 'ok') return ok('keys', `The keys in ${path} are whole, and this user's alone.`)
  if (reading.kind === 'invalid')
    return wrong(
      'keys',
      reading.message,
      reading.message.includes('mode')
        ? `Set its mode: chmod 600 ${path}`
        : 'Restore the file from a backup, as the user of the server.',
    )
  return hasData
    ? wrong(
        'keys',
        `There is data, and no key file ${path}: without it no visitor would find their conversations.`,
        remedy,
      )
    : ok('keys', 'There are no keys yet: the first start makes them.')
}
