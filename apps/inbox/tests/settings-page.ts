import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { findChromium } from '../../../tools/chromium.mjs'
import type { SpawnedServer } from '../../server/tests/spawn-server.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** A name that is no other machine's: pages under it are served here, and are no pages of this machine to the server. */
export const shopHost = 'shop.test'

export function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium()
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ['--no-sandbox', `--host-resolver-rules=MAP ${shopHost} 127.0.0.1`],
  })
}

export interface Person {
  readonly page: Page
  readonly context: BrowserContext
  /** What the browser complained of: policy violations and errors. */
  readonly complaints: string[]
}

const wide = { width: 1280, height: 800 }

/** Somebody with a browser of their own, who may copy. */
export async function openPerson(
  browser: Browser,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Person> {
  const context = await browser.newContext({
    viewport: wide,
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (line) => {
    if (/content security policy/i.test(line.text())) complaints.push(line.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  return { page, context, complaints }
}

export interface Login {
  readonly email: string
  readonly password: string
}

/** Logs in on the page as it is, or at the inbox. */
export async function logInAt(page: Page, url: string, { email, password }: Login): Promise<void> {
  await page.goto(url)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('button', { name: 'Log out' }).waitFor()
}

export function adminOf({ admin }: SpawnedServer): Login {
  if (!admin) throw new Error('the server was started before')
  return admin
}

/** The page's clipboard, as whoever copied would paste it. */
export const copied = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText())

interface Finding {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

/** What the checker finds on the page as it is now, one line each. */
export async function findings(page: Page): Promise<readonly string[]> {
  // Handed to the page from outside, as its policy lets nothing foreign in.
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe)
  const { violations } = await page.evaluate<{ violations: Finding[] }>('axe.run()')
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`))
}
