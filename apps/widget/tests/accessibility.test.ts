import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchBrowser, type ObservedPage, observedPage } from './browser.ts'
import { buildWidget } from './build.ts'
import { lowContrast } from './contrast.ts'
import { startHostPage } from './host-page.ts'
import { type OlderApi, startOlderApi } from './older-api.ts'

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

let browser: Browser
let api: OlderApi
let stops: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  buildWidget()
  browser = await launchBrowser()
})
afterAll(() => browser.close())
beforeEach(async () => {
  api = await startOlderApi()
})
afterEach(async () => {
  for (const stop of stops.reverse()) await stop()
  stops = []
  await api.close()
})

const phone = { viewport: { width: 390, height: 844 } }
const desktop = { viewport: { width: 1280, height: 800 } }

async function visit(options: BrowserContextOptions): Promise<ObservedPage> {
  // The page's own policy would refuse the checker.
  const context = { ...options, bypassCSP: true, reducedMotion: 'reduce' } as const
  const observed = await observedPage(browser, context)
  const host = await startHostPage(api.url, { body: '<main><h1>Shop</h1><a href="#">A link</a></main>' })
  stops.push(host.close, () => observed.context.close())
  await observed.page.goto(host.url)
  return observed
}

const composer = (page: Page) => page.locator('.composer textarea')

async function open(options: BrowserContextOptions): Promise<ObservedPage> {
  const observed = await visit(options)
  await observed.page.locator('.launcher').click()
  await observed.page.locator('.room').waitFor()
  return observed
}

async function say(page: Page, text: string) {
  await composer(page).fill(text)
  await composer(page).press('Enter')
}

/** What the checker finds, as lines, and every text that stands out too little. */
async function findings(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.addScriptTag({ path: axePath })
  const { violations } = await page.evaluate<AxeResults>('axe.run()')
  const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
  return [...found, ...(await lowContrast(page))]
}

const refused = { status: 403, body: { error: 'x', code: 'content_invalid' } }

/** How each state comes about in an open panel. */
const states: Readonly<Record<string, (observed: ObservedPage) => Promise<void>>> = {
  empty: async ({ page }) => {
    await page.locator('.greeting').waitFor()
  },
  busy: async ({ page }) => {
    for (const text of ['hello', 'see https://shop.example/pots', 'thanks']) await say(page, text)
    await expect.poll(() => page.locator('.message.sent').count()).toBe(3)
  },
  refreshing: async ({ page }) => {
    api.intercept = (path) => (path === '/api/bootloader' ? 'hold' : undefined)
    await page.reload()
    await page.locator('.launcher').click()
    await say(page, 'is it in stock?')
    await page.locator('.connection-status.refreshing').waitFor()
  },
  error: async ({ page }) => {
    api.intercept = (path) => (path.endsWith('.js') ? undefined : { status: 503, body: {} })
    await say(page, 'is it in stock?')
    await page.locator('.connection-status.error').waitFor()
  },
  waiting: async ({ page, context }) => {
    await context.setOffline(true)
    await say(page, 'is it in stock?')
    await say(page, 'the large one')
    await expect.poll(() => page.locator('.message.waiting').count()).toBe(2)
    await page.locator('.connection-status').waitFor({ state: 'detached' })
  },
  failed: async ({ page }) => {
    api.intercept = (path) => (path.endsWith('/messages') ? refused : undefined)
    await say(page, 'is it in stock?')
    await page.getByRole('button', { name: 'Retry' }).waitFor()
  },
}

/** What the checker finds as the page stands, light and dark, on a desktop and on a phone. */
async function findingsEverywhere(page: Page): Promise<readonly string[]> {
  const found: string[] = []
  for (const { viewport } of [desktop, phone])
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize(viewport)
      await page.emulateMedia({ colorScheme })
      found.push(...(await findings(page)).map((line) => `${colorScheme}, ${String(viewport.width)}: ${line}`))
    }
  return found
}

describe('the checker axe finds nothing', () => {
  it('[AX1] at the launcher', async () => {
    const { page } = await visit(desktop)
    await page.locator('.launcher').waitFor()
    expect(await findingsEverywhere(page)).toEqual([])
  })

  for (const [state, reach] of Object.entries(states))
    it(`[AX2] in the state ${state}`, async () => {
      const observed = await open(desktop)
      await observed.page.addScriptTag({ path: axePath })
      await reach(observed)
      expect(await findingsEverywhere(observed.page)).toEqual([])
    })

  it('[AX3] in Arabic, from right to left', async () => {
    api.config = { language: 'ar' }
    const { page } = await open(desktop)
    await page.locator('.panel[lang="ar"][dir="rtl"]').waitFor()
    await say(page, 'مرحبا')
    await page.locator('.message.sent').waitFor()
    expect((await page.locator('.panel').boundingBox())?.x).toBe(20)
    expect(await findingsEverywhere(page)).toEqual([])
  })
})

describe('the brand’s colour', () => {
  for (const primaryColor of ['#ffd400', '#111827', '#2563eb', '#7a7a7a', '#e11d48'])
    it(`[AX6] the colour ${primaryColor} is read as well as any`, async () => {
      api.config = { theme: { primaryColor }, expectedReply: 'minutes' }
      const { page } = await open(desktop)
      await say(page, 'see https://shop.example')
      await page.locator('.message.sent').waitFor()
      expect(await lowContrast(page)).toEqual([])
    })
})

describe('by the keyboard alone', () => {
  it('[AX4] from the launcher to a first message, its refusal, its second try and out again', async () => {
    const { page } = await visit(desktop)
    const focused = () =>
      page.evaluate(() => document.querySelector('helvino-widget')?.shadowRoot?.activeElement?.className ?? '')
    const press = (key: string) => page.keyboard.press(key)
    for (let tabs = 0; tabs < 3 && (await focused()) !== 'launcher'; tabs += 1) await press('Tab')
    await press('Enter')
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('HELVINO-WIDGET')
    await page.locator('textarea:focus').waitFor()
    api.intercept = (path) => (path.endsWith('/messages') ? refused : undefined)
    await page.keyboard.type('hello')
    await press('Enter')
    await page.getByRole('button', { name: 'Retry' }).waitFor()
    api.intercept = () => undefined
    for (let tabs = 0; tabs < 9 && (await page.locator('.note button:focus').count()) === 0; tabs += 1)
      await press('Shift+Tab')
    for (const _ of ['Copy', 'Delete']) await press('Shift+Tab')
    await press('Enter')
    await page.locator('.message.sent').waitFor()
    // The button is gone, and the focus is still in the panel.
    await page.locator('.timeline:focus').waitFor()
    expect(api.texts).toEqual(['hello'])
    await press('Escape')
    await page.locator('.panel').waitFor({ state: 'hidden' })
    expect(await focused()).toBe('launcher')
  })

  it('[AX5] everything that is pressed is 24 pixels at least', async () => {
    const { page } = await open(phone)
    api.intercept = (path) => (path.endsWith('/messages') ? refused : undefined)
    await say(page, 'hello')
    await page.getByRole('button', { name: 'Retry' }).waitFor()
    for (const button of await page.locator('.panel button').all()) {
      const box = await button.boundingBox()
      expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(24)
    }
  })
})
