import { createReadStream, createWriteStream, existsSync, openSync } from 'node:fs'
import { link, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { BackupError } from './backup-error.ts'
import { type BackupPart, backupParts, backupText, type RowCounts } from './backup-lines.ts'

const forOwnerOnly = 0o600

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Reads the file through; the counts are returned once everything has been found as it was written. */
export async function* readBackupFile(path: string): AsyncGenerator<BackupPart, RowCounts, undefined> {
  const file = createReadStream(path)
  const text = file.pipe(createGunzip())
  // A failure of the file has to reach whoever reads behind it.
  file.on('error', (error) => text.destroy(error))
  text.setEncoding('utf8')
  try {
    return yield* backupParts(text)
  } catch (error) {
    if (error instanceof BackupError) throw error
    if (['Z_DATA_ERROR', 'Z_BUF_ERROR'].includes(codeOf(error)))
      throw new BackupError(`The backup ${path} is damaged, or is none`, { cause: error })
    throw new BackupError(`The backup ${path} cannot be read: ${String(error)}`, { cause: error })
  } finally {
    file.destroy()
    text.destroy()
  }
}

/** Reads all of it, and answers what it holds. */
export async function checkBackupFile(path: string): Promise<RowCounts> {
  const parts = readBackupFile(path)
  for (;;) {
    const next = await parts.next()
    if (next.done) return next.value
  }
}

/** Writes a file that is there whole, read back and on disk, or not at all; one that is there already is left alone. */
export async function writeBackupFile(path: string, parts: AsyncIterable<BackupPart>): Promise<RowCounts> {
  const taken = () => new BackupError(`There is a file ${path} already: name another one`)
  if (existsSync(path)) throw taken()
  const partial = `${path}.${process.pid}.partial`
  try {
    const file = createWriteStream(partial, { fd: openSync(partial, 'wx', forOwnerOnly) })
    await pipeline(Readable.from(backupText(parts)), createGzip(), file)
    await sync(partial)
    const counts = await checkBackupFile(partial)
    await link(partial, path)
    await sync(dirname(path))
    return counts
  } catch (error) {
    if (error instanceof BackupError) throw error
    if (codeOf(error) === 'EEXIST') throw taken()
    if (codeOf(error) !== '') throw new BackupError(`${path} cannot be written: ${String(error)}`, { cause: error })
    throw error
  } finally {
    await rm(partial, { force: true })
  }
}
