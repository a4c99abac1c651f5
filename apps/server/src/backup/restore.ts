import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { keyFileAt } from '../auth/key-file.ts'
import { type DatabasePlace, sqlitePath } from '../open-database.ts'
import { dataFormat as postgresFormat } from '../store/postgres/migrations.ts'
import { dataFormat as sqliteFormat } from '../store/sqlite/migrations.ts'
import { BackupError } from './backup-error.ts'
import { checkBackupFile, readBackupFile } from './backup-file.ts'
import type { BackupHead, BackupPart, RowCounts } from './backup-lines.ts'
import { postgresTarget } from './postgres-target.ts'
import type { RestoreTarget } from './restore-target.ts'
import { sqliteTarget } from './sqlite-target.ts'

const newestFormats = { sqlite: sqliteFormat, postgres: postgresFormat }

/** Older data is brought to this version in the kind of database that it comes from: only there the steps in between are known. */
function refuseFormat({ dialect, format }: BackupHead, target: BackupHead['dialect']): void {
  const newest = newestFormats[dialect]
  if (format > newest) throw new BackupError('The backup was made by a newer Helvino: put it back with that version')
  if (format < newest && dialect !== target)
    throw new BackupError(
      'The backup holds data of an older version: put it back into the kind of database that it comes from',
    )
}

async function take<Kind extends BackupPart['kind']>(
  parts: AsyncGenerator<BackupPart, RowCounts, undefined>,
  kind: Kind,
): Promise<Extract<BackupPart, { readonly kind: Kind }>> {
  const next = await parts.next()
  if (next.done || next.value.kind !== kind) throw new BackupError(`The backup is damaged: it has no ${kind}`)
  return next.value as Extract<BackupPart, { readonly kind: Kind }>
}

/** The keys of the backup, tried out beside the place that they will have. `place` puts them there. */
function prepareKeys(dataFolder: string, text: string): { place(): void; discard(): void } {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
  const path = join(dataFolder, 'keys.json')
  const folder = mkdtempSync(join(dataFolder, 'keys-restoring-'))
  const partial = join(folder, 'keys.json')
  const discard = () => rmSync(folder, { recursive: true, force: true })
  writeFileSync(partial, text, { mode: 0o600, flush: true })
  chmodSync(partial, 0o600)
  const reading = keyFileAt(partial).read()
  const present = keyFileAt(path).read()
  const isSame =
    present.kind === 'ok' &&
    reading.kind === 'ok' &&
    Buffer.compare(present.keys.visitorKey, reading.keys.visitorKey) === 0
  if (reading.kind !== 'ok' || (existsSync(path) && !isSame)) {
    discard()
    throw new BackupError(
      reading.kind === 'ok'
        ? `There are other keys in ${path} already: only an empty data folder is filled`
        : 'The backup is damaged: it holds no keys',
    )
  }
  return {
    place() {
      // Keys of the same installation are left: they may be newer.
      if (!isSame) renameSync(partial, path)
      discard()
    },
    discard,
  }
}

export interface RestoreOptions extends DatabasePlace {
  readonly path: string
}

export interface Restored {
  readonly head: BackupHead
  readonly counts: RowCounts
  readonly place: string
}

/** Puts a backup into an empty data folder and, where it is of PostgreSQL, an empty database: all of it, or nothing. */
export async function restore({ path, ...place }: RestoreOptions): Promise<Restored> {
  const { databaseUrl, dataFolder } = place
  const target: RestoreTarget =
    databaseUrl === undefined ? sqliteTarget(sqlitePath(place)) : postgresTarget(databaseUrl)
  // Read twice, so that a damaged one changes nothing at all.
  await checkBackupFile(path)
  const parts = readBackupFile(path)
  try {
    const head = await take(parts, 'head')
    refuseFormat(head, databaseUrl === undefined ? 'sqlite' : 'postgres')
    const keys = prepareKeys(dataFolder, (await take(parts, 'keys')).text)
    try {
      // The keys first: a server that found data without them would make others. Without data, the next try finds its own keys there.
      const counts = await target.fill(parts, head, keys.place)
      return { head, counts, place: target.place }
    } finally {
      keys.discard()
    }
  } finally {
    await parts.return(new Map())
  }
}
