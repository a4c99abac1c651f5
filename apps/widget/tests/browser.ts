import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

/** One page with what it said: console lines and uncaught errors, in order. */
export interface ObservedPage {
  readonly page: Page
  readonly context: BrowserContext
  readonly lines: string[]
  readonly errors: string[]
}

export interface LaunchOptions {
  /** Pages that are left stay ready to be returned to, as in a browser that people use. Playwright switches that off unless it is told not to. */
  readonly hasBackForwardCache?: boolean
}

/** The Chromium that `HELVINO_CHROMIUM` names, else the system's. Every host under `.example` is this machine, so that a page may have a foreign origin. */
export function launchBrowser({ hasBackForwardCache = false }: LaunchOptions = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['HELVINO_CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--host-resolver-rules=MAP *.example 127.0.0.1'],
    ...(hasBackForwardCache && { ignoreDefaultArgs: ['--disable-back-forward-cache'] }),
  })
}

/** A page in a browser profile of its own: nothing is stored there yet. */
export async function observedPage(browser: Browser, options: BrowserContextOptions = {}): Promise<ObservedPage> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const lines: string[] = []
  const errors: string[] = []
  page.on('console', (message) => lines.push(message.text()))
  page.on('pageerror', (error) => errors.push(String(error)))
  return { page, context, lines, errors }
}
