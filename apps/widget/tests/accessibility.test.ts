import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bringAxe, desktop, findingsEverywhere, phone } from './axe.ts'
import { launchBrowser, type ObservedPage, observedPage } from './browser.ts'
import { buildWidget } from './build.ts'
import { lowContrast } from './contrast.ts'
import { startHostPage } from './host-page.ts'
import { type OlderApi, startOlderApi } from './older-api.ts'

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

async function visit(options: BrowserContextOptions): Promise<ObservedPage> {
  const context = { ...options, reducedMotion: 'reduce' } as const
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

const refused = { status: 403, body: { error: 'x', code: 'content_invalid' } }

const inAWeek = new Date(Date.now() + 7 * 86_400_000).toISOString()
const isAway = { availability: { isOpen: false, opensAt: inAWeek }, askEmail: true, branding: true }

/** What the organisation has set, where a state needs it. */
const settings: Readonly<Record<string, Record<string, unknown>>> = {
  away: isAway,
  'asked for an address': isAway,
  'no writing': { writeEnabled: false, expectedReply: 'day' },
}

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
  away: async ({ page }) => {
    await page.locator('.header p').waitFor()
  },
  'asked for an address': async ({ page }) => {
    await say(page, 'is it in stock?')
    await page.locator('.message.sent').waitFor()
    await page.locator('.email button').first().click()
    await page.locator('.email [role=alert]:not(:empty)').waitFor()
  },
  'no writing': async ({ page }) => {
    await page.locator('.composer p:not(:empty)').waitFor()
  },
  'too long': async ({ page }) => {
    await say(page, 'long '.repeat(3_000))
    await page.locator('.composer p:not(:empty)').waitFor()
  },
  failed: async ({ page }) => {
    api.intercept = (path) => (path.endsWith('/messages') ? refused : undefined)
    await say(page, 'is it in stock?')
    await page.locator('.failed .note button').first().waitFor()
  },
}

describe('the checker axe finds nothing', () => {
  it('[AX1] at the launcher', async () => {
    const { page } = await visit(desktop)
    await page.locator('.launcher').waitFor()
    expect(await findingsEverywhere(page)).toEqual([])
  })

  for (const [state, reach] of Object.entries(states))
    it(`[AX2] in the state ${state}`, async () => {
      api.config = { ...settings[state] }
      const observed = await open(desktop)
      await bringAxe(observed.page)
      await reach(observed)
      expect(await findingsEverywhere(observed.page)).toEqual([])
    })

  it('[AX20] at a launcher that counts answers, and at one whose panel could not load', async () => {
    api.intercept = (path) => {
      if (path === '/api/bootloader') return { status: 200, body: { unread: 12, config: {} } }
      return path.includes('/panel-') ? { status: 500, body: {} } : undefined
    }
    const { page } = await visit(desktop)
    await page.getByRole('button', { name: 'Open chat (12)' }).waitFor()
    expect(await findingsEverywhere(page)).toEqual([])
    await page.locator('.launcher').click()
    await page.locator('.trouble:not(:empty)').waitFor()
    expect(await findingsEverywhere(page)).toEqual([])
  })

  for (const [state, reach] of Object.entries(states))
    it(`[AX21] in Arabic in the state ${state}`, async () => {
      api.config = { ...settings[state], language: 'ar' }
      const observed = await open(desktop)
      const { page } = observed
      await page.locator('.panel[lang="ar"][dir="rtl"]').waitFor()
      await bringAxe(page)
      await reach(observed)
      expect(await findingsEverywhere(page)).toEqual([])
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
