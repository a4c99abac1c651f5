import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildServer, spawnServer, type SpawnedServer } from '../../server/tests/spawn-server.ts'
import { launchBrowser, observedPage } from './browser.ts'
import { buildWidget } from './build.ts'
import { startHostPage } from './host-page.ts'

let browser: Browser
let server: SpawnedServer

beforeAll(async () => {
  buildWidget()
  buildServer()
  server = await spawnServer()
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
  await server.remove()
})

const violations = () => {
  document.addEventListener('securitypolicyviolation', (event) =>
    console.log(`violation of ${event.violatedDirective}`),
  )
}

describe('the widget and this server', () => {
  it('[WE1] a strict page on another origin sends a message, and finds it again after a reload', async () => {
    const host = await startHostPage(server.url)
    const { page, context, lines, errors } = await observedPage(browser)
    await page.addInitScript(violations)
    await page.goto(host.url)
    await page.locator('.launcher').click()
    await page.getByRole('textbox').fill('do you ship to Norway?')
    await page.getByRole('textbox').press('Enter')
    await page.getByText('Sent · ').waitFor()
    await page.reload()
    await page.locator('.launcher').click()
    await page.getByText('do you ship to Norway?').waitFor()
    expect(await page.locator('.message').count()).toBe(1)
    expect(await page.getByRole('log').getAttribute('aria-live')).toBe('polite')
    expect(lines.filter((line) => !line.startsWith('\u2705'))).toEqual([])
    expect(errors).toEqual([])
    await context.close()
    await host.close()
  })

  it('[WE2] a site that is not allowed yet is told so in one line of ours', async () => {
    const host = await startHostPage(server.url)
    const { page, context, lines, errors } = await observedPage(browser)
    const origin = host.url.replace('localhost', 'shop.example')
    await page.goto(origin)
    await expect
      .poll(() => lines.filter((line) => line.startsWith('Helvino')), { timeout: 10_000 })
      .toEqual([
        `Helvino: ${server.url} refused this page (origin_not_allowed): allow ${origin} in the inbox, then reload.`,
      ])
    expect(errors).toEqual([])
    await context.close()
    await host.close()
  })
})
