import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'

/** A browser whose profile stays when its process ends, as that of a person does. */
export interface KeptBrowser {
  /** Starts it, with the profile as the last one left it. */
  start(): Promise<{ readonly browser: Browser; readonly context: BrowserContext }>
  /** SIGKILL: nothing of it has a last word. */
  kill(): Promise<void>
  /** Ends it, and its profile. */
  remove(): Promise<void>
}

/** The address under which the browser can be led, as it prints it. */
function debuggingUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stderr?.setEncoding('utf8').on('data', (part: string) => {
      text += part
      const url = /DevTools listening on (\S+)/.exec(text)?.[1]
      if (url !== undefined) resolve(url)
    })
    child.once('exit', () => {
      reject(new Error(`the browser ended\n${text}`))
    })
  })
}

export function createKeptBrowser(): KeptBrowser {
  const profile = mkdtempSync(join(tmpdir(), 'helvino-profile-'))
  let child: ChildProcess | undefined
  const kill = async () => {
    const running = child
    child = undefined
    if (!running) return
    const ended = new Promise((resolve) => running.once('exit', resolve))
    if (running.kill('SIGKILL')) await ended
  }
  return {
    async start() {
      child = spawn(
        process.env['HELVINO_CHROMIUM'] ?? '/usr/bin/chromium',
        [
          ...['--headless=new', '--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--no-first-run'],
          ...['--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'],
        ],
        { stdio: ['ignore', 'ignore', 'pipe'] },
      )
      const browser = await chromium.connectOverCDP(await debuggingUrl(child))
      const [context] = browser.contexts()
      if (!context) throw new Error('the browser has no context')
      return { browser, context }
    },
    kill,
    async remove() {
      await kill()
      // Its helpers may still be writing as they end.
      rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
    },
  }
}
