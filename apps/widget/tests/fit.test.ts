import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { call, logIn } from '../../server/tests/api-client.ts'
import { buildServer, spawnServer, type SpawnedServer } from '../../server/tests/spawn-server.ts'
import { launchBrowser, observedPage } from './browser.ts'
import { buildWidget } from './build.ts'
import { startHostPage } from './host-page.ts'

const phone = { width: 390, height: 844 }
const phoneOnItsSide = { width: 844, height: 390 }
const nobody = { mon: null, tue: null, wed: null, thu: null, fri: null, sat: null, sun: null }

let browser: Browser
let server: SpawnedServer
let stops: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  buildWidget()
  buildServer()
  server = await spawnServer()
  browser = await launchBrowser()
  const { headers } = await logIn(server.url, server.admin)
  const body = { askEmail: true, officeHours: { timeZone: 'UTC', days: nobody } }
  expect((await call(`${server.url}/api/agent/settings`, { headers, body, method: 'PUT' })).status).toBe(200)
})
afterAll(async () => {
  await browser.close()
  await server.remove()
})
afterEach(async () => {
  for (const stop of stops.reverse()) await stop()
  stops = []
})

async function visit(viewport: { width: number; height: number }, attributes = ''): Promise<Page> {
  const host = await startHostPage(server.url, { attributes })
  const { page, context } = await observedPage(browser, { viewport })
  stops.push(host.close, () => context.close())
  await page.goto(host.url)
  await page.locator('.launcher').click()
  await page.locator('.room').waitFor()
  return page
}

const composer = (page: Page) => page.locator('.composer textarea')

async function say(page: Page, text: string) {
  await composer(page).fill(text)
  await composer(page).press('Enter')
}

/** How much of it is seen, 0 to 1: neither the screen nor what it lies in cuts off the rest. */
const seenShare = (element: Locator) =>
  element.evaluate(
    (target) =>
      new Promise<number>((resolve) => {
        const watch = new IntersectionObserver(([entry]) => {
          watch.disconnect()
          resolve(entry?.intersectionRatio ?? 0)
        })
        watch.observe(target)
      }),
  )

async function boxOf(element: Locator) {
  const box = await element.boundingBox()
  if (!box) throw new Error('it is not drawn')
  return { ...box, right: box.x + box.width, bottom: box.y + box.height }
}

describe('the panel on the screens that it meets', () => {
  it.each(['right', 'left'])(
    '[WF1] leaves the composer whole on a phone on its side, beside the launcher, while an address is asked for: %s',
    async (side) => {
      const page = await visit(phoneOnItsSide, `data-position="${side}"`)
      await say(page, 'anybody there?')
      await page.locator('form.email').waitFor()
      for (const part of ['.header', '.composer', '.email input', '.launcher'])
        expect([part, await seenShare(page.locator(part))]).toEqual([part, 1])
      const [panel, launcher] = [await boxOf(page.locator('.panel')), await boxOf(page.locator('.launcher'))]
      expect(panel.right <= launcher.x || panel.x >= launcher.right).toBe(true)
      expect(panel.y).toBeGreaterThanOrEqual(0)
      expect(panel.bottom).toBeLessThanOrEqual(phoneOnItsSide.height)
    },
  )

  it('[WF2] cuts no line of a long draft in two', async () => {
    const page = await visit(phone)
    await composer(page).fill(Array.from({ length: 40 }, (_, line) => `line ${String(line)}`).join('\n'))
    const [heightPx, linePx] = await composer(page).evaluate((field) => [
      field.clientHeight,
      Number.parseFloat(getComputedStyle(field).lineHeight),
    ])
    expect((heightPx ?? 0) / (linePx ?? 1)).toBeCloseTo(5, 1)
  })

  it.each(['en', 'de', 'ar'])(
    '[WF3] shows why a message was refused on a line of its own, and what can be done in one row below: %s',
    async (language) => {
      const page = await visit(phone, `data-locale="${language}"`)
      await page.route('**/messages', (route) =>
        route.request().method() === 'POST'
          ? route.fulfill({ status: 403, json: { error: 'Writes are disabled', code: 'writes_disabled' } })
          : route.continue(),
      )
      await say(page, 'ok?')
      await page.locator('.failed .note button').first().waitFor()
      const why = await boxOf(page.locator('.failed .note span'))
      const buttons = await Promise.all((await page.locator('.failed .note button').all()).map(boxOf))
      expect(buttons.length).toBeGreaterThanOrEqual(2)
      expect(new Set(buttons.map(({ y }) => Math.round(y))).size).toBe(1)
      for (const { y, x, right } of buttons) {
        expect(y).toBeGreaterThanOrEqual(why.bottom)
        expect(x).toBeGreaterThanOrEqual(0)
        expect(right).toBeLessThanOrEqual(phone.width)
      }
      expect(why.height).toBeLessThan(24)
    },
  )

  it('[WF4] keeps the focus where the question for an address goes, answered or not', async () => {
    const page = await visit(phone)
    await say(page, 'anybody there?')
    await page.locator('.email input').fill('ann@shop.example')
    await page.locator('.email input').press('Enter')
    await page.locator('form.email[aria-busy="true"]').waitFor()
    await page.locator('p.email').waitFor()
    await page.locator('textarea:focus').waitFor()
    const other = await visit(phone)
    await say(other, 'nobody?')
    await other.locator('.email button').last().press('Enter')
    await other.locator('form.email').waitFor({ state: 'detached' })
    await other.locator('.timeline:focus').waitFor()
  })
})
