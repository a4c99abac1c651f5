import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { join } from 'node:path'
import { buildApps } from './builds.mjs'
import { root } from './child.mjs'

const settleMs = 150
const folders = ['apps/server/src', 'apps/widget/src', 'apps/inbox/src', 'apps/demo/src', 'packages']

/** Builds and serves, again after each change. An error in a build leaves the last good server running. */
class Development {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #server
  /** @type {NodeJS.Timeout | undefined} */
  #timer
  #isBuilding = false
  #isDue = false

  /** Many events for one saved file become one build. */
  changed() {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#rebuild(), settleMs)
  }

  async #rebuild() {
    this.#isDue = true
    if (this.#isBuilding) return
    this.#isBuilding = true
    while (this.#isDue) {
      this.#isDue = false
      await this.#buildAndServe()
    }
    this.#isBuilding = false
  }

  async #buildAndServe() {
    const startedAtMs = performance.now()
    try {
      await buildApps(process.execPath)
    } catch (error) {
      console.error(error instanceof Error ? error.message : String(error))
      return
    }
    console.error(`dev: built in ${((performance.now() - startedAtMs) / 1000).toFixed(1)} s`)
    await this.stop()
    this.#server = spawn(
      process.execPath,
      [join(root, 'apps/server/dist/helvino.js'), 'start', ...process.argv.slice(2)],
      {
        stdio: 'inherit',
      },
    )
  }

  async stop() {
    const server = this.#server
    if (server?.exitCode !== null || server.signalCode !== null) return
    const ended = new Promise((resolve) => server.once('exit', resolve))
    server.kill('SIGTERM')
    await ended
  }
}

const development = new Development()
for (const folder of folders) {
  watch(join(root, folder), { recursive: true }, (_event, file) => {
    if (file !== null && !/(^|[\\/])(node_modules|dist)([\\/]|$)|\.test\.tsx?$/.test(file)) development.changed()
  })
}
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.once(signal, () => void development.stop().then(() => process.exit(0)))
}
development.changed()
