import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { runQuietly } from './child.mjs'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    // Absent and not executable come to the same here: this is not the browser.
    return false
  }
}

/** The browser that HELVINO_CHROMIUM names, else the first on PATH; `undefined` where there is none. */
export function findChromium() {
  const named = process.env['HELVINO_CHROMIUM']
  if (named !== undefined) return isExecutable(named) ? named : undefined
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable)
}

/** Installs the system's Chromium by apt where this process may; returns what stands in the way, or `undefined`. */
export async function installChromium() {
  if (process.getuid?.() !== 0 || !isExecutable('/usr/bin/apt-get'))
    return 'it is neither on PATH nor can it be installed by this user'
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const updated = await runQuietly('apt-get', ['update'], env)
  if (updated.code !== 0) return `apt-get update failed: ${updated.output.trim()}`
  const installed = await runQuietly('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], env)
  return installed.code === 0 ? undefined : `apt-get install failed: ${installed.output.trim()}`
}
