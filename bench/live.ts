import { setTimeout as pause } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { spawnServer } from '../apps/server/tests/spawn-server.ts'
import { launchBrowser } from '../apps/widget/tests/browser.ts'
import { startEchoServer } from './live/echo-server.ts'
import { legsOf, noteWays, type Way, wayOf } from './live/legs.ts'
import { percentile } from './process-figures.ts'

const warmUps = 10
const messages = 200
const seenWithinMs = 15_000

interface Talk {
  readonly from: Page
  readonly to: Page
  say(text: string): Promise<void>
}

/** Where the message has been, by both pages, once its text is in the second's document. */
async function followUntilSeen({ from, to }: Talk, name: string): Promise<Way> {
  const lateAtMs = performance.now() + seenWithinMs
  while (performance.now() < lateAtMs) {
    const { heard, seen } = await wayOf(to, name)
    if (heard !== undefined && seen !== undefined) return { ...(await wayOf(from, name)), heard, seen }
    await pause(5)
  }
  throw new Error(`"${name}" was not seen in time`)
}

/** From the key in one page to the text in the other page's document, message after message. */
async function measureTalk(talk: Talk): Promise<readonly Way[]> {
  const ways: Way[] = []
  for (let n = 0; n < warmUps + messages; n += 1) {
    const name = `live ${n}.`
    await talk.say(name)
    const way = await followUntilSeen(talk, `live ${n}`)
    if (n >= warmUps) ways.push(way)
  }
  return ways
}

async function openPage(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage()
  await noteWays(page)
  await page.goto(url)
  return page
}

async function measureOurs(browser: Browser): Promise<readonly Way[]> {
  const server = await spawnServer()
  const demo = await openPage(browser, `${server.url}/demo`)
  await demo.getByRole('button', { name: /open chat/i }).click()
  const composer = demo.locator('.composer textarea')
  const say = async (text: string) => {
    await composer.fill(text)
    await composer.press('Enter')
  }
  const inbox = await openPage(browser, `${server.url}/inbox`)
  await inbox.getByLabel('E-mail').fill(server.admin?.email ?? '')
  await inbox.getByLabel('Password', { exact: true }).fill(server.admin?.password ?? '')
  await inbox.getByRole('button', { name: 'Log in' }).click()
  await inbox.getByRole('navigation', { name: 'Conversations' }).waitFor()
  await say('hello')
  await inbox.getByRole('link').filter({ hasText: 'hello' }).click()
  await inbox.getByRole('log').getByText('hello').waitFor()
  const ways = await measureTalk({ from: demo, to: inbox, say })
  await inbox.close()
  await demo.close()
  await server.remove()
  return ways
}

async function measureEcho(browser: Browser, keeps: boolean): Promise<readonly Way[]> {
  const echo = await startEchoServer({ keeps })
  const [from, to] = [await openPage(browser, echo.url), await openPage(browser, echo.url)]
  const input = from.getByLabel('text')
  const say = async (text: string) => {
    await input.fill(text)
    await input.press('Enter')
  }
  const ways = await measureTalk({ from, to, say })
  for (const page of [from, to]) await page.close()
  echo.close()
  return ways
}

function row(what: string, ways: readonly Way[]) {
  const tookMs = ways.map(({ key, seen }) => (seen ?? NaN) - (key ?? NaN))
  return { what, medianMs: percentile(tookMs, 0.5), p99Ms: percentile(tookMs, 0.99), ...legsOf(ways) }
}

/** From the visitor's Enter to the agent's document, stored on disk on the way, beside two pages on a bare echo over `ws`. */
export async function measureLive(): Promise<readonly object[]> {
  const browser = await launchBrowser()
  const rows = [
    row('two pages on a bare ws echo, nothing stored', await measureEcho(browser, false)),
    row('the same, kept by the writer and synced by the server first', await measureEcho(browser, true)),
    { ...row('helvino, widget to inbox, stored on disk first', await measureOurs(browser)), goal: 'at most twice' },
  ]
  await browser.close()
  return rows
}
