import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, orgHeaders } from '../../server/tests/api-client.ts'
import { spawnServer } from '../../server/tests/spawn-server.ts'
import { startSite } from '../../widget/tests/http-site.ts'
import { adminOf, copied, launchBrowser, logInAt, openPerson, shopHost } from './inbox-page.ts'

let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

/** A site of somebody else, on whose pages something was pasted. */
async function startShop(pasted: string) {
  const site = await startSite((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(`<!doctype html><html lang="en"><title>Shop</title><body><h1>Shop</h1>${pasted}</body></html>`)
  })
  return { ...site, url: site.url.replace('localhost', shopHost) }
}

const openInstallation = async (page: Page) => {
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('link', { name: 'Installation' }).click()
}

describe('the way of a new owner', () => {
  it('[SET14] has the first message of a site on another origin after five clicks in the inbox', async () => {
    const startedAtMs = performance.now()
    const server = await spawnServer({ env: { HELVINO_DEMO: 'off' } })
    const { page, context } = await openPerson(browser)
    let clicks = 0
    const click = async (work: Promise<void>) => {
      clicks += 1
      await work
    }
    await click(logInAt(page, `${server.url}/inbox`, adminOf(server)))
    await click(page.getByRole('link', { name: 'Settings' }).click())
    await click(page.getByRole('link', { name: 'Installation' }).click())
    await page.getByText('Waiting for the first page load …').waitFor()
    await click(page.getByRole('button', { name: 'Copy the lines' }).click())
    await page.getByText('Copied').waitFor()
    const pasted = await copied(page)
    expect(pasted.split('\n')).toHaveLength(2)

    const shop = await startShop(pasted)
    const visitor = await context.newPage()
    const lines: string[] = []
    visitor.on('console', (line) => lines.push(line.text()))
    await visitor.goto(shop.url)
    const refused = `Helvino: ${server.url} refused ${shop.url} (origin_not_allowed): allow it in the inbox, then reload.`
    await expect.poll(() => lines).toContain(refused)
    await page.bringToFront()
    await click(page.getByRole('button', { name: `Allow ${shop.url}` }).click())
    await page.getByText(`${shop.url} is allowed.`).waitFor()

    await visitor.bringToFront()
    await visitor.reload()
    await visitor.getByRole('button', { name: 'Open chat' }).click()
    await visitor.getByLabel('Your message').fill('Is anybody there?')
    await visitor.keyboard.press('Enter')
    await page.bringToFront()
    await page.getByText(`Seen on ${shop.url}, now`).waitFor()
    await page.getByRole('link', { name: 'My organisation' }).click()
    await page.getByRole('link').filter({ hasText: 'Is anybody there?' }).waitFor()
    console.log(
      `from an empty folder to the first message: ${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s`,
    )
    expect(clicks).toBe(5)
    await context.close()
    await shop.close()
    await server.remove()
  })

  it('[SET15] looks for page loads while somebody sees the page, and stops after ten minutes until it is asked', async () => {
    const server = await spawnServer()
    const { page, context } = await openPerson(browser)
    await page.clock.install()
    let asked = 0
    page.on('request', (request) => {
      if (request.url().endsWith('/api/agent/installation')) asked += 1
    })
    await logInAt(page, `${server.url}/inbox`, adminOf(server))
    await openInstallation(page)
    await page.getByText('Waiting for the first page load …').waitFor()
    const passes = async (ms: number) => {
      await page.clock.fastForward(ms)
      return asked
    }
    await expect.poll(() => passes(5_000)).toBeGreaterThan(3)
    const isStopped = async () => {
      await passes(601_000)
      return page.getByText('Not looking any more.').count()
    }
    await expect.poll(isStopped).toBe(1)
    const before = asked
    await passes(60_000)
    await passes(60_000)
    expect(asked).toBe(before)
    const origin = 'http://localhost:9'
    await call(`${server.url}/api/bootloader`, { headers: { ...orgHeaders, origin } })
    await expect
      .poll(async () => {
        const again = page.getByRole('button', { name: 'Look again' })
        if ((await again.count()) > 0) await again.click()
        await passes(5_000)
        return page.getByText(`Seen on ${origin}`).count()
      })
      .toBe(1)
    await context.close()
    await server.remove()
  })

  it('[SET16] copies each way to install as it has to be pasted', async () => {
    const server = await spawnServer()
    const { page, context } = await openPerson(browser)
    await logInAt(page, `${server.url}/inbox/settings/installation`, adminOf(server))
    const ways = page.getByRole('radiogroup', { name: 'How to install' })
    await ways.getByText('One line').click()
    await page.getByRole('button', { name: 'Copy the lines' }).click()
    await expect
      .poll(() => copied(page))
      .toBe(`<script src="${server.url}/embed.js" data-site-id="site_demo" async></script>`)
    await ways.getByText('Package').click()
    for (const [name, text] of [
      ['npm', 'npm install @helvino/widget'],
      ['JavaScript', `loadHelvino({ siteId: 'site_demo', apiUrl: '${server.url}' })`],
      ['React', `<HelvinoChat siteId="site_demo" apiUrl="${server.url}" />`],
      ['Vue', `app.use(helvino, { siteId: 'site_demo', apiUrl: '${server.url}' })`],
    ] as const) {
      await page.getByRole('button', { name: `Copy ${name}`, exact: true }).click()
      await expect.poll(() => copied(page)).toContain(text)
    }
    await context.close()
    await server.remove()
  })
})
