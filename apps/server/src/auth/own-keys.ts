import { hkdfSync } from 'node:crypto'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import type { OpenedDatabase } from '../store/opened-database.ts'
import { type AgentTables, migrateAgentTables } from './agent-tables.ts'
import { keepFact, readFact } from './installation.ts'
import { keyFileAt } from './key-file.ts'
import { type KeyRing, type KeyRingOpening, type KeyRingOptions, openKeyRing } from './key-ring.ts'

export type ItsKeysOptions = KeyRingOptions & {
  /** The keys of before are lost for good: these take their place, and whoever has chatted before comes back as somebody new. */
  readonly instead?: boolean
}

/** By which a visitor key is known again; tells nothing of it (RFC 5869). */
export const fingerprintOf = ({ visitorKey }: Pick<KeyRing, 'visitorKey'>): string =>
  Buffer.from(hkdfSync('sha256', visitorKey, '', 'helvino/visitor-key-fingerprint/1', 16)).toString('base64url')

const remedy =
  'Put keys.json back from the backup or from the other server; where it is lost for good, see "helvino adopt-keys --help".'

/**
 * The keys that the database was served with before; at its first start those in the folder, which are made where there are none. With others every
 * visitor would be a stranger to their own conversations, and two servers with keys of their own would refuse each other's visitors.
 */
export async function openItsKeys(
  { kysely, dialect }: Pick<OpenedDatabase, 'kysely' | 'dialect'>,
  { instead = false, ...options }: ItsKeysOptions,
): Promise<KeyRingOpening> {
  const database: Kysely<AgentTables> = kysely.$extendTables<AgentTables>()
  await migrateAgentTables(database, dialect)
  const path = join(options.folder, 'keys.json')
  // Data of an older version may have no such fact; but who has visitors had keys.
  const isServed =
    (await readFact(database, 'visitor_key')) ??
    (await kysely.selectFrom('visitors').select('id').limit(1).executeTakeFirst())
  if (isServed !== undefined && !instead && keyFileAt(path).read().kind === 'missing')
    return { kind: 'invalid', message: `There is no key file ${path}, and the database was served with one. ${remedy}` }
  const opening = openKeyRing(options)
  if (opening.kind === 'invalid') return opening
  if (instead) await database.deleteFrom('installation').where('name', '=', 'visitor_key').execute()
  const fingerprint = fingerprintOf(opening.keyRing)
  if ((await keepFact(database, 'visitor_key', fingerprint)) === fingerprint) return opening
  return { kind: 'invalid', message: `The database was served with other keys than those in ${path}. ${remedy}` }
}
