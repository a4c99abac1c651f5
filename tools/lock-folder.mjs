import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from './child.mjs'

const folder = join(root, '.cache', 'setup-lock')
const retryMs = 200
const giveUpAfterMs = 10 * 60_000

/** @param {unknown} error @param {readonly string[]} codes */
function isOneOf(error, codes) {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return isOneOf(error, ['EPERM'])
  }
}

/**
 * A folder that holds one file, named by its owner's process id, is put in place by one rename: that succeeds where there
 * is no such folder or an empty one, so two processes never both have it.
 */
function tryToTake() {
  const prepared = `${folder}-${String(process.pid)}`
  rmSync(prepared, { recursive: true, force: true })
  mkdirSync(prepared, { recursive: true })
  writeFileSync(join(prepared, String(process.pid)), '')
  try {
    renameSync(prepared, folder)
    return true
  } catch (error) {
    rmSync(prepared, { recursive: true, force: true })
    if (isOneOf(error, ['ENOTEMPTY', 'EEXIST', 'EPERM'])) return false
    throw error
  }
}

/** Removes owners that died, each by its own name, so that a new owner's file is never touched. */
function dropDeadOwners() {
  try {
    for (const owner of readdirSync(folder)) if (!isAlive(Number(owner))) unlinkSync(join(folder, owner))
    rmdirSync(folder)
  } catch (error) {
    // Another process may clear the same folder at the same time, and a living owner keeps it from being empty.
    if (!isOneOf(error, ['ENOENT', 'ENOTEMPTY', 'EEXIST', 'EPERM'])) throw error
  }
}

/**
 * Runs `work` while no other process on this machine installs or builds here; rejects after ten minutes of waiting.
 * @template Result
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function withSetupLock(work) {
  const giveUpAtMs = Date.now() + giveUpAfterMs
  while (!tryToTake()) {
    if (Date.now() > giveUpAtMs) {
      throw new Error(`Another set-up has been running here for too long; if none is, remove ${folder} and try again.`)
    }
    dropDeadOwners()
    await sleep(retryMs)
  }
  try {
    return await work()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
