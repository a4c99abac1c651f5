import { BackupError } from '../backup/backup-error.ts'
import { backUp } from '../backup/back-up.ts'
import type { RowCounts } from '../backup/backup-lines.ts'
import { restore } from '../backup/restore.ts'
import type { Command, CommandResult } from './command.ts'

const told = ['orgs', 'conversations', 'messages', 'notes', 'agent_memberships']

/** What somebody would look for, counted. */
function describe(counts: RowCounts): string {
  const [orgs, conversations, messages, notes, agents] = told.map((name) => counts.get(name) ?? 0)
  return `organisations: ${orgs}, people who answer: ${agents}, conversations: ${conversations}, messages: ${messages}, notes: ${notes}`
}

function failedOf(error: unknown): CommandResult {
  if (error instanceof BackupError) return { kind: 'failed', message: `${error.message}.` }
  throw error
}

export const backup: Command = {
  name: 'backup',
  does: 'make the backup',
  summary: 'Writes everything, and the keys, into one new file, while servers run',
  about: [
    'The file holds one moment of the database, is read back before it counts, and is for its owner alone (mode 0600): it has',
    'the keys in it, so keep it as you keep them. Keys that ORG_TOKEN_SECRETS pins are not in it.',
  ],
  operands: ['FILE'],
  options: {},
  async run({ out, clock }, config, { operands: [path = ''] }) {
    try {
      const counts = await backUp({ ...config, path, clock })
      out(`Backed up to ${path}, and read back: ${describe(counts)}.`)
      if (config.orgTokenSecrets) out('The keys of ORG_TOKEN_SECRETS are not in it: keep them too.')
      return { kind: 'done' }
    } catch (error) {
      return failedOf(error)
    }
  },
}

export const restoreBackup: Command = {
  name: 'restore',
  does: 'put the backup back',
  summary: 'Puts a backup into an empty data folder, or an empty DATABASE_URL',
  about: [
    'All of it or, where the file is damaged or from a newer version, nothing. It may come from the other kind of database.',
    'The keys come into the data folder. Start the server afterwards.',
  ],
  operands: ['FILE'],
  options: {},
  async run({ out }, config, { operands: [path = ''] }) {
    try {
      const { head, counts, place } = await restore({ ...config, path })
      out(`Restored the backup of ${head.takenAt} to ${place}: ${describe(counts)}.`)
      out(`The keys are in ${config.dataFolder}.`)
      return { kind: 'done' }
    } catch (error) {
      return failedOf(error)
    }
  },
}
