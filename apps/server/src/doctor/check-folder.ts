import { mkdtempSync, rmdirSync, type Stats, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Finding, ok, skipped, wrong } from './finding.ts'

const othersMode = 0o077
const isWindows = process.platform === 'win32'
/** Less than this, in bytes, is soon none: a busy day, or one backup, may take it. */
const leastFreeBytes = 256 * 1_024 * 1_024
const megabyte = 1_024 * 1_024

function statusOf(folder: string): Stats | undefined {
  try {
    return statSync(folder)
  } catch {
    // Whatever the reason, it is not there for this user.
    return undefined
  }
}

/** By writing, since modes do not tell of a file system that is mounted for reading only. */
function isWritable(folder: string): boolean {
  try {
    rmdirSync(mkdtempSync(join(folder, '.doctor-')))
    return true
  } catch {
    return false
  }
}

function checkMode(folder: string, { mode }: Stats): Finding {
  if (!isWritable(folder))
    return wrong(
      'data-folder',
      `The data folder ${folder} cannot be written by this user.`,
      'Run this as the user of the server, and give that user the folder.',
    )
  if (!isWindows && (mode & othersMode) !== 0)
    return wrong(
      'data-folder',
      `The data folder ${folder} is open to other users of this machine.`,
      `Set its mode: chmod 700 ${folder}`,
    )
  return ok('data-folder', `The data folder ${folder} is this user's alone.`)
}

function checkDisk(folder: string): Finding {
  const { bavail, bsize } = statfsSync(folder)
  const freeMegabytes = Math.floor((bavail * bsize) / megabyte)
  return bavail * bsize < leastFreeBytes
    ? wrong(
        'disk',
        `The disk of ${folder} is nearly full: ${freeMegabytes} MB are free, at least ${leastFreeBytes / megabyte} are needed.`,
        'Make room, or move the data folder to another disk. Until then messages may be refused, and none is lost.',
      )
    : ok('disk', `The disk of ${folder} has ${freeMegabytes} MB free.`)
}

export function checkFolder(folder: string): readonly Finding[] {
  const status = statusOf(folder)
  if (status?.isDirectory()) return [checkMode(folder, status), checkDisk(folder)]
  return [
    wrong(
      'data-folder',
      status ? `${folder} is no folder.` : `There is no data folder ${folder}.`,
      'Set HELVINO_DATA_DIR to the data folder of the server; the first start makes it.',
    ),
    skipped('disk', 'There is no data folder whose disk could be looked at.'),
  ]
}
