import { setTimeout as pause } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { spawnServer } from '../apps/server/tests/spawn-server.ts'
import { launchBrowser } from '../apps/widget/tests/browser.ts'
import { type EchoServer, startEchoServer } from './live/echo-server.ts'
import { percentile } from './process-figures.ts'

const warmUps = 10
const messages = 200
const seenWithinMs = 15_000

interface Talk {
  readonly from: Page
  readonly to: Page
  say(text: string): Promise<void>
}

// Both run in the page. Its clock is that of the machine, so that two pages of one browser can be compared.
const noteEnter = `addEventListener('keydown', (event) => {
  if (event.key === 'Enter') globalThis.enteredAtMs = performance.timeOrigin + performance.now()
}, { capture: true })`
const noteSeen = `globalThis.seenAtMs = new Map()
new MutationObserver(() => {
  const text = document.querySelector('[role=log]')?.lastElementChild?.textContent ?? ''
  const name = /live \\d+/.exec(text)?.[0]
  if (name && !seenAtMs.has(name)) seenAtMs.set(name, performance.timeOrigin + performance.now())
}).observe(document.body, { childList: true, subtree: true, characterData: true })`

/** When the text was in the page's document. Asked for again and again: a page whose policy forbids `eval` cannot be told to wait. */
async function seenAtMs(page: Page, name: string): Promise<number> {
  const lateAtMs = performance.now() + seenWithinMs
  while (performance.now() < lateAtMs) {
    const atMs: unknown = await page.evaluate(`globalThis.seenAtMs.get(${JSON.stringify(name)})`)
    if (typeof atMs === 'number') return atMs
    await pause(5)
  }
  throw new Error(`"${name}" was not seen in time`)
}

/** Ms from the key in one page to the text in the other page's document, message after message. */
async function measureTalk({ from, to, say }: Talk): Promise<readonly number[]> {
  await from.evaluate(noteEnter)
  await to.evaluate(noteSeen)
  const tookMs: number[] = []
  for (let n = 0; n < warmUps + messages; n += 1) {
    const name = `live ${n}`
    await say(name)
    const atMs = await seenAtMs(to, name)
    if (n >= warmUps) tookMs.push(atMs - Number(await from.evaluate('globalThis.enteredAtMs')))
  }
  return tookMs
}

async function measureOurs(browser: Browser): Promise<readonly number[]> {
  const server = await spawnServer()
  const demo = await browser.newPage()
  await demo.goto(`${server.url}/demo`)
  await demo.getByRole('button', { name: /open chat/i }).click()
  const composer = demo.locator('.composer textarea')
  const say = async (text: string) => {
    await composer.fill(text)
    await composer.press('Enter')
  }
  const inbox = await browser.newPage()
  await inbox.goto(`${server.url}/inbox`)
  await inbox.getByLabel('E-mail').fill(server.admin?.email ?? '')
  await inbox.getByLabel('Password', { exact: true }).fill(server.admin?.password ?? '')
  await inbox.getByRole('button', { name: 'Log in' }).click()
  await inbox.getByRole('navigation', { name: 'Conversations' }).waitFor()
  await say('hello')
  await inbox.getByRole('link').filter({ hasText: 'hello' }).click()
  await inbox.getByRole('log').getByText('hello').waitFor()
  const tookMs = await measureTalk({ from: demo, to: inbox, say })
  await inbox.close()
  await demo.close()
  await server.remove()
  return tookMs
}

async function measureEcho(browser: Browser, echo: EchoServer): Promise<readonly number[]> {
  const [from, to] = [await browser.newPage(), await browser.newPage()]
  for (const page of [from, to]) await page.goto(echo.url)
  const input = from.getByLabel('text')
  const say = async (text: string) => {
    await input.fill(text)
    await input.press('Enter')
  }
  const tookMs = await measureTalk({ from, to, say })
  for (const page of [from, to]) await page.close()
  return tookMs
}

const row = (what: string, tookMs: readonly number[]) => ({
  what,
  medianMs: percentile(tookMs, 0.5),
  p99Ms: percentile(tookMs, 0.99),
})

/** From the visitor's Enter to the agent's document, stored on disk on the way, beside two pages on a bare echo over `ws`. */
export async function measureLive(): Promise<readonly object[]> {
  const browser = await launchBrowser()
  const echo = await startEchoServer()
  const rows = [
    row('two pages on a bare ws echo, nothing stored', await measureEcho(browser, echo)),
    { ...row('helvino, widget to inbox, stored on disk first', await measureOurs(browser)), goal: 'at most twice' },
  ]
  echo.close()
  await browser.close()
  return rows
}
