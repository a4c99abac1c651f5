import { openItsKeys } from '../auth/own-keys.ts'
import { openDatabase } from '../open-database.ts'
import type { Command } from './command.ts'

export const adoptKeys: Command = {
  name: 'adopt-keys',
  does: 'adopt the keys',
  summary: 'Serves a database with other keys than before, where those are lost for good',
  about: [
    'A server does not start where keys.json is gone, or is not the one that the database was served with: put that one back',
    'instead, if there is a backup. After this the one in the data folder holds, or a new one: every visitor who chatted before',
    'comes back as somebody new, and does not find their conversation. Agents keep all of them.',
  ],
  operands: [],
  options: {},
  async run({ clock, random, out }, config) {
    const opening = await openDatabase(config)
    if (opening.kind === 'failed') return opening
    const { dataFolder: folder, orgTokenSecrets: pinned } = config
    const keys = await openItsKeys(opening.database, {
      ...{ folder, pinned, clock, random, onProblem: out, instead: true },
    })
    await opening.database.close()
    if (keys.kind === 'invalid') return { kind: 'failed', message: keys.message }
    out('The database is served with these keys from now on. Restart the servers that run.')
    return { kind: 'done' }
  },
}
