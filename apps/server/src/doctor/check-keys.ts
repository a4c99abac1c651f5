import { join } from 'node:path'
import { keyFileAt } from '../auth/key-file.ts'
import { type Finding, ok, wrong } from './finding.ts'

/** `hasData`: the database is one that keys were made for. */
export function checkKeys(dataFolder: string, hasData: boolean): Finding {
  const path = join(dataFolder, 'keys.json')
  const reading = keyFileAt(path).read()
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
        `There is data, and no key file ${path}: a start would make other keys, and no visitor would find their conversations.`,
        'Restore the file from a backup before the server starts, or set HELVINO_DATA_DIR to the folder that has it.',
      )
    : ok('keys', 'There are no keys yet: the first start makes them.')
}
