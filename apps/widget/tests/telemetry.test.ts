import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, logIn } from '../../server/tests/api-client.ts'
import { buildServer, spawnServer, type SpawnedServer } from '../../server/tests/spawn-server.ts'
import { launchBrowser, observedPage } from './browser.ts'
import { buildWidget } from './build.ts'
import { startHostPage } from './host-page.ts'

let browser: Browser
let server: SpawnedServer

beforeAll(async () => {
  buildWidget()
  buildServer()
  server = await spawnServer({ env: { ORG_TOKEN_LIFETIME_SECONDS: '16' } })
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
  await server.remove()
})

// The chunk comes 8 s after the panel, and a token of 16 s is renewed when it is 10.6 to 12 s old.
const untilReportingMs = 14_000

// The machine may be busy with other tests.
const soon = { timeout: 20_000 }

const telemetryOf = (page: Page) => {
  const urls: string[] = []
  page.on('request', (request) => {
    if (request.url().includes('telemetry')) urls.push(`${request.method()} ${new URL(request.url()).pathname}`)
  })
  return urls
}

async function openAndWrite(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.getByRole('button', { name: /open chat/i }).click()
  await write(page, 'before')
}

async function write(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox').fill(text)
  await page.getByRole('textbox').press('Enter')
  await page.locator('.message.sent', { hasText: text }).waitFor()
}

/** As when another tab is chosen, and this one again. */
async function lookAway(page: Page): Promise<void> {
  for (const state of ['hidden', 'visible'])
    await page.evaluate((value) => {
      Object.defineProperty(document, 'visibilityState', { value, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    }, state)
}

async function renewals(): Promise<number> {
  const { text } = await call(`${server.url}/metrics`)
  const lines = text.matchAll(/^helvino_renewals_total\{org="demo",[^}]*outcome="renewed"\} (\d+)$/gm)
  return [...lines].reduce((sum, line) => sum + Number(line[1]), 0)
}

describe('the widget and its figures', () => {
  it.each(['demo page', 'strict page on another origin'])(
    '[RR9] a %s that is left has reported its renewals, which metrics and figures show',
    async (where) => {
      const host = where === 'demo page' ? undefined : await startHostPage(server.url)
      const { page, context, errors } = await observedPage(browser)
      const before = await renewals()
      await openAndWrite(page, host?.url ?? `${server.url}/demo`)
      await page.waitForTimeout(untilReportingMs)
      await page.goto('about:blank')
      await expect.poll(renewals, { timeout: 10_000 }).toBeGreaterThanOrEqual(before + 1)
      const agent = await logIn(server.url, server.admin)
      const { body } = await call(`${server.url}/api/agent/session-health`, { headers: agent.headers })
      expect(body['total']).toMatchObject({ renewed: await renewals(), refusedWrites: 0, serverRefusedExpired: 0 })
      expect(errors).toEqual([])
      await context.close()
      await host?.close()
    },
  )

  it('[RR10] a page that has switched telemetry off, by setting or attribute, loads and sends nothing of it', async () => {
    const host = await startHostPage(server.url, { attributes: 'data-telemetry="off"' })
    const byAttribute = await observedPage(browser)
    const bySetting = await observedPage(browser)
    const asUsual = await observedPage(browser)
    await bySetting.page.addInitScript(() => Object.assign(globalThis, { helvinoSettings: { telemetry: false } }))
    const [first, second, third] = [byAttribute, bySetting, asUsual].map(({ page }) => telemetryOf(page))
    await openAndWrite(byAttribute.page, host.url)
    await openAndWrite(bySetting.page, `${server.url}/demo`)
    await openAndWrite(asUsual.page, `${server.url}/demo`)
    await asUsual.page.waitForTimeout(untilReportingMs)
    for (const { page } of [byAttribute, bySetting, asUsual]) await lookAway(page)
    await expect.poll(() => third?.at(-1), soon).toBe('POST /api/telemetry')
    expect([first, second]).toEqual([[], []])
    for (const { context } of [byAttribute, bySetting, asUsual]) await context.close()
    await host.close()
  })

  it('[RR11] a telemetry that is down, hangs or does not load harms no message and says nothing', async () => {
    const pages = await Promise.all(
      (['down', 'hanging', 'missing'] as const).map(async (how) => {
        const observed = await observedPage(browser)
        await observed.page.route(how === 'missing' ? '**/assets/telemetry-*' : '**/api/telemetry', (route) =>
          how === 'hanging' ? undefined : route.abort(),
        )
        await openAndWrite(observed.page, `${server.url}/demo`)
        return { ...observed, asked: telemetryOf(observed.page), how }
      }),
    )
    await pages[0]?.page.waitForTimeout(untilReportingMs)
    for (const { page, context, asked, errors, lines, how } of pages) {
      await lookAway(page)
      await expect.poll(() => asked.at(-1), soon).toMatch(how === 'missing' ? /^GET/ : /^POST/)
      await write(page, 'after')
      expect(await page.locator('.message.sent').count()).toBe(2)
      expect(await page.locator('.connection-status.error').count()).toBe(0)
      expect(errors).toEqual([])
      expect(lines.filter((line) => /^Helvino|\u274C/.test(line))).toEqual([])
      await context.close()
    }
  })
})
