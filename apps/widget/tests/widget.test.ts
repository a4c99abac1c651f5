import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import '../src/helvino-global.ts'
import { launchBrowser, observedPage, type ObservedPage } from './browser.ts'
import { buildWidget } from './build.ts'
import { type HostPage, startHostPage } from './host-page.ts'
import type { Site } from './http-site.ts'
import { type OlderApi, startOlderApi } from './older-api.ts'

let browser: Browser
let api: OlderApi
let host: Site | undefined
let observed: ObservedPage | undefined

beforeAll(async () => {
  buildWidget()
  browser = await launchBrowser()
})
afterAll(() => browser.close())
beforeEach(async () => {
  api = await startOlderApi()
})
afterEach(async () => {
  await observed?.context.close()
  await host?.close()
  await api.close()
})

/** Opens a site with the widget, and waits for the launcher. `beforeLoad` runs in the page ahead of everything else. */
async function visit(site: HostPage = {}, beforeLoad?: () => void): Promise<ObservedPage> {
  host = await startHostPage(api.url, site)
  observed = await observedPage(browser)
  if (beforeLoad) await observed.page.addInitScript(beforeLoad)
  await observed.page.goto(host.url)
  await observed.page.waitForFunction(() => window.Helvino !== undefined)
  return observed
}

const launcher = (page: Page) => page.locator('.launcher')
const composer = (page: Page) => page.getByRole('textbox')
const asked = () => api.requests.filter((line) => line === 'GET /api/bootloader').length

async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text)
  await composer(page).press('Enter')
}

const stored = (page: Page) =>
  page.evaluate(async () => ({
    keys: [...Object.keys(localStorage), ...Object.keys(sessionStorage)],
    cookies: document.cookie,
    databases: (await indexedDB.databases()).length,
  }))

describe('the widget under a strict policy', () => {
  const policyWatch = () => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.log(`violation of ${event.violatedDirective}: ${event.blockedURI}`)
    })
  }

  it('[WD1] paints, opens, writes and shows every state without a violation', async () => {
    const { page, lines, errors } = await visit({}, policyWatch)
    await launcher(page).click()
    await say(page, 'hello')
    await page.getByText('Sent').waitFor()
    api.intercept = (path) => (path.endsWith('/messages') ? { status: 503, body: {} } : undefined)
    await say(page, 'again')
    await page.locator('.connection-status.error').waitFor()
    expect(lines.filter((line) => line.includes('violat'))).toEqual([])
    expect(errors).toEqual([])
  })

  it('[WD2] puts no style attribute and no style element into the page', async () => {
    const { page } = await visit()
    await launcher(page).click()
    await say(page, 'hello')
    await page.getByText('Sent').waitFor()
    const markup = await page.evaluate(() => document.querySelector('helvino-widget')!.shadowRoot!.innerHTML)
    expect(markup).not.toMatch(/<style|\sstyle=/)
  })
})

describe('a server that knows no list', () => {
  it('[WD23] what comes is read out as soon as it is known that there is no history to show', async () => {
    const { page } = await visit()
    await launcher(page).click()
    await expect.poll(() => page.getByRole('log').getAttribute('aria-live')).toBe('polite')
  })
})

describe('where the browser does not say which script runs', () => {
  const vendor = '<script src="/embed.js"></script>'
  const files = { '/embed.js': { type: 'text/javascript', text: '' } }
  const open = async (attributes: string) => {
    const tag = `${vendor}<script type="module" src="${api.url}/embed.js" ${attributes}></script>`
    host = await startHostPage(api.url, { tag, files })
    observed = await observedPage(browser)
    await observed.page.addInitScript(() => {
      window.HELVINO_ORG_KEY = 'demo'
    })
    await observed.page.goto(host.url)
    return observed
  }

  it('[WD24] a script that carries one of our attributes is ours', async () => {
    await open('data-org-key="demo"')
    await expect.poll(asked).toBe(1)
  })

  it('[WD25] another embed.js is not taken for ours: one console line, and no call to its owner', async () => {
    const { page, lines, errors } = await open('')
    await expect.poll(() => lines).toEqual(['Helvino: no chat: its script tag has no data-site-id'])
    expect(await page.locator('helvino-widget').count()).toBe(0)
    expect(errors).toEqual([])
  })
})

describe('before the first opening', () => {
  it('[WD3] the launcher is there while the bootloader has not answered', async () => {
    api.intercept = (path) => (path === '/api/bootloader' ? 'hold' : undefined)
    const { page } = await visit()
    await expect.poll(asked).toBe(1)
    expect(await launcher(page).isVisible()).toBe(true)
  })

  it('[WD4] asks the bootloader once, and stores nothing', async () => {
    const { page, context, lines } = await visit()
    await expect.poll(() => lines.length).toBe(1)
    expect(lines[0]).toMatch(/^\u2705 Org token cached, expires at \d{4}-.*Z$/)
    await launcher(page).hover()
    await expect.poll(() => api.requests.some((line) => line.includes('/assets/panel-'))).toBe(true)
    expect(asked()).toBe(1)
    expect(await stored(page)).toEqual({ keys: [], cookies: '', databases: 0 })
    expect(await context.cookies()).toEqual([])
  })

  it('[WD5] a visitor who comes back is the same one', async () => {
    const { page } = await visit()
    const ids: (string | undefined)[] = []
    page.on('request', (request) => {
      if (request.url().endsWith('/api/bootloader')) ids.push(request.headers()['x-visitor-id'])
    })
    await page.reload()
    await launcher(page).click()
    await composer(page).waitFor()
    await page.reload()
    await expect.poll(() => ids.length).toBe(2)
    expect(ids[0]).toMatch(/^v_/)
    expect(ids[1]).toBe(ids[0])
    expect((await stored(page)).keys).toEqual(['helvino/site_demo/visitor'])
  })

  it('[WD6] one bootloader call serves an opening that comes while it is under way', async () => {
    api.intercept = (path) => (path === '/api/bootloader' ? 'hold' : undefined)
    const { page, lines } = await visit()
    await launcher(page).click()
    await say(page, 'early')
    await page.locator('.connection-status.refreshing').waitFor()
    api.intercept = () => undefined
    api.release()
    await page.getByText('Sent').waitFor()
    expect(asked()).toBe(1)
    expect(lines.filter((line) => line.includes('Org token'))).toHaveLength(1)
  })
})

describe('the page around it', () => {
  it('[WD7] a hostile stylesheet changes nothing of the launcher', async () => {
    const look = (page: Page) =>
      page.evaluate(async () => {
        const root = document.querySelector('helvino-widget')!.shadowRoot!
        const button = root.querySelector('.launcher')!
        await Promise.all(button.getAnimations().map(({ finished }) => finished))
        const { width, height, right, bottom } = button.getBoundingClientRect()
        const { color, opacity, transform, visibility, fontSize } = getComputedStyle(button)
        return { width, height, right, bottom, color, opacity, transform, visibility, fontSize }
      })
    const { page: calm, context } = await visit()
    const expected = await look(calm)
    await context.close()
    await host?.close()
    const text = `* { display: none !important; all: unset !important; position: static !important; transform: scale(3) !important;
      opacity: 0.1 !important; font-size: 40px !important; color: red !important; filter: blur(9px) !important }
      html, body { display: block !important; transform: none !important; filter: none !important; opacity: 1 !important }
      button, svg, path, div { width: 3px !important; fill: red !important; visibility: hidden !important }`
    const { page } = await visit({
      head: '<link rel="stylesheet" href="/hostile.css">',
      files: { '/hostile.css': { type: 'text/css', text } },
    })
    expect(await look(page)).toEqual(expected)
  })

  it('[WD8] a second paste is harmless', async () => {
    const second = `<script src="${api.url}/embed.js" data-site-id="site_other"></script>`
    const { page, errors } = await visit({ body: `<h1>Shop</h1>${second}` })
    await page.waitForLoadState()
    expect(await page.locator('helvino-widget').count()).toBe(1)
    expect(errors).toEqual([])
  })

  it('[WD9] a site that swaps its body, or the whole document, keeps its launcher, and a chat that opens', async () => {
    const { page, errors } = await visit()
    await page.evaluate(() => document.body.replaceWith(document.createElement('body')))
    expect(await launcher(page).isVisible()).toBe(true)
    await page.evaluate(() => document.documentElement.replaceChildren(document.createElement('body')))
    await launcher(page).click()
    await composer(page).waitFor()
    expect(errors).toEqual([])
  })

  it('[WD10] keys that are typed into the chat do not reach the shortcuts of the page', async () => {
    const { page } = await visit({}, () => {
      document.addEventListener('keydown', (event) => console.log(`shortcut ${event.key}`))
    })
    await launcher(page).click()
    await composer(page).pressSequentially('abc')
    expect(observed!.lines.filter((line) => line.startsWith('shortcut'))).toEqual([])
  })

  it('[WD11] offers open, close, toggle, isOpen and shutdown before the panel is loaded', async () => {
    api.intercept = (path) => (path.startsWith('/assets/') ? 'hold' : undefined)
    const { page } = await visit()
    const states = await page.evaluate(() => {
      const { open, close, toggle, isOpen } = window.Helvino!
      const log = [isOpen()]
      for (const act of [open, close, toggle, toggle, open]) {
        act()
        log.push(isOpen())
      }
      return log
    })
    expect(states).toEqual([false, true, false, true, false, true])
    await page.evaluate(() => window.Helvino!.shutdown())
    expect(await page.locator('helvino-widget').count()).toBe(0)
    expect(await page.evaluate(() => window.Helvino!.isOpen())).toBe(false)
  })
})

describe('when the server says no or nothing', () => {
  it('[WD12] an origin that is not allowed gets one line that says what to do, and no launcher', async () => {
    const refusal = { status: 403, body: { error: 'x', code: 'origin_not_allowed' } }
    api.intercept = (path) => (path === '/api/bootloader' ? refusal : undefined)
    const { page, lines, errors } = await visit()
    await expect.poll(() => page.locator('helvino-widget').count()).toBe(0)
    await page.evaluate(() => window.Helvino!.open())
    const ours = () => lines.filter((line) => line.startsWith('Helvino'))
    await expect
      .poll(ours)
      .toEqual([`Helvino: ${api.url} refused ${host!.url} (origin_not_allowed): allow it in the inbox, then reload.`])
    expect(errors).toEqual([])
  })

  it('[WD19] a refusal that may pass leaves the launcher', async () => {
    api.intercept = (path) => (path === '/api/bootloader' ? { status: 403, body: {} } : undefined)
    const { page, lines, errors } = await visit()
    await expect.poll(() => lines.some((line) => line.includes('403'))).toBe(true)
    await launcher(page).click()
    await composer(page).waitFor()
    expect(lines.filter((line) => line.startsWith('Helvino'))).toEqual([])
    expect(errors).toEqual([])
  })

  it('[WD20] a chat that is open keeps its messages when the site turns out not to be allowed', async () => {
    api.intercept = (path) => (path === '/api/bootloader' ? 'hold' : undefined)
    const { page, errors } = await visit()
    await launcher(page).click()
    await say(page, 'kept')
    api.intercept = () => ({ status: 403, body: { error: 'x', code: 'origin_not_allowed' } })
    api.release()
    await page.getByText('Not sent: this site may not use the chat yet').waitFor()
    expect(await page.locator('.message p').allTextContents()).toEqual(['kept'])
    expect(errors).toEqual([])
  })

  it('[WD21] a site that the server does not know gets one console line, and its visitor a true word', async () => {
    const unknown = { status: 404, body: { error: 'Not found', code: 'not_found' } }
    api.intercept = (path) => (path === '/api/bootloader' ? unknown : undefined)
    const { page, lines } = await visit()
    const ours = () => lines.filter((line) => line.startsWith('Helvino'))
    const line = `Helvino: ${api.url} refused ${host!.url} (not_found): check the site id or org key.`
    await expect.poll(ours).toEqual([line])
    await launcher(page).click()
    await say(page, 'hello')
    await page.getByText('Not sent: this site’s chat is not set up correctly').waitFor()
    expect(ours()).toEqual([line])
    expect(asked()).toBe(1)
  })

  it('[WD22] the title is the organisation’s name also where the first call came to nothing', async () => {
    api.intercept = (path) => (path === '/api/bootloader' ? { status: 503, body: {} } : undefined)
    const { page } = await visit()
    await expect.poll(asked).toBe(1)
    await launcher(page).click()
    await say(page, 'hello')
    api.intercept = () => undefined
    await page.getByRole('heading', { name: 'Fern & Stone' }).waitFor()
  })

  it('[WD13] an organisation that has switched its widget off shows none', async () => {
    api.config = { widgetEnabled: false }
    const { page } = await visit()
    await expect.poll(() => page.locator('helvino-widget').count()).toBe(0)
  })

  it('[SW4] a widget that is switched off leaves an open page with its next renewal, and what was not sent goes out once it is on', async () => {
    api.tokenLifeMs = 5_000
    const { page, errors } = await visit()
    await launcher(page).click()
    await say(page, 'first')
    await page.getByText('Sent', { exact: true }).waitFor()
    api.intercept = (path) => (path.endsWith('/messages') ? { status: 503, body: {} } : undefined)
    await say(page, 'second')
    await page.getByText('Waiting, will be sent').waitFor()
    api.config = { widgetEnabled: false }
    await expect.poll(() => page.locator('helvino-widget').count(), { timeout: 20_000 }).toBe(0)
    const calls = () => api.requests.filter((line) => !line.includes('/assets/')).length
    const before = calls()
    // More than a life of its token.
    await page.waitForTimeout(6_000)
    expect(calls()).toBe(before)
    await page.reload()
    await expect.poll(() => page.locator('helvino-widget').count(), { timeout: 20_000 }).toBe(0)
    api.intercept = () => undefined
    expect(api.texts).toEqual(['first'])
    api.config = {}
    await page.reload()
    await expect.poll(() => api.texts, { timeout: 20_000 }).toEqual(['first', 'second'])
    expect(errors).toEqual([])
  })

  it('[WD14] a panel that could not be loaded says so, and the next click tries again', async () => {
    api.intercept = (path) => (path.startsWith('/assets/') ? { status: 500, body: {} } : undefined)
    const { page, errors } = await visit()
    await page.evaluate(() => window.Helvino!.open())
    await page.getByText('The chat could not load. Try again.').waitFor()
    expect(await launcher(page).getAttribute('aria-expanded')).toBe('false')
    api.intercept = () => undefined
    await launcher(page).click()
    await composer(page).waitFor()
    expect(await page.getByText('The chat could not load').count()).toBe(0)
    expect(errors).toEqual([])
  })

  it('[WD15] with the API down the chat opens, takes a message, and sends it when the API is back', async () => {
    api.intercept = (path) => (path.endsWith('.js') ? undefined : 'drop')
    const { page, errors } = await visit()
    await launcher(page).click()
    await say(page, 'are you there?')
    await page.getByText('Waiting, will be sent').waitFor()
    api.intercept = () => undefined
    await page.getByText('Sent', { exact: true }).waitFor()
    expect(api.texts).toEqual(['are you there?'])
    expect(errors).toEqual([])
  })

  it('[WD16] a message that is refused for good says why, and can be sent again or deleted', async () => {
    const refusal = { status: 403, body: { error: 'x', code: 'writes_disabled' } }
    const { page } = await visit()
    await launcher(page).click()
    api.intercept = (path) => (path.endsWith('/messages') ? refusal : undefined)
    await say(page, 'first')
    await say(page, 'second')
    await expect.poll(() => page.getByText('Not sent: new messages are switched off').count()).toBe(2)
    expect(await page.locator('.connection-status').count()).toBe(0)
    api.intercept = () => undefined
    await page.getByRole('button', { name: 'Delete' }).first().click()
    await page.getByText('first').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Retry' }).click()
    await page.getByText('Sent', { exact: true }).waitFor()
    expect(api.texts).toEqual(['second'])
  })
})

describe('a server that knows three calls', () => {
  it('[WD26] refuses a token with 403 and its text: renewed once, sent once more, unseen (S07, S17)', async () => {
    const { page, errors } = await visit()
    await launcher(page).click()
    await say(page, 'first')
    await page.getByText('Sent', { exact: true }).waitFor()
    const before = asked()
    let refusals = 0
    api.intercept = (path) => {
      if (!path.endsWith('/messages') || refusals === 1) return undefined
      refusals += 1
      return { status: 403, body: { error: 'Invalid or expired org token' } }
    }
    await say(page, 'second')
    await expect.poll(() => page.locator('.message.sent').count()).toBe(2)
    expect(api.texts).toEqual(['first', 'second'])
    expect(asked() - before).toBe(1)
    expect(await page.locator('.connection-status.error').count()).toBe(0)
    expect(errors).toEqual([])
  })

  it('[WD27] goes on being written to over many lives of its token, with nothing of a banner (S13)', async () => {
    api.tokenLifeMs = 5_000
    const { page, errors } = await visit()
    await launcher(page).click()
    const texts = Array.from({ length: 6 }, (_, n) => `message ${String(n + 1)}`)
    for (const [n, text] of texts.entries()) {
      await say(page, text)
      await expect.poll(() => page.locator('.message.sent').count()).toBe(n + 1)
      expect(await page.locator('.connection-status.error').count()).toBe(0)
      await page.waitForTimeout(2_000)
    }
    expect(api.texts).toEqual(texts)
    expect(asked()).toBeGreaterThanOrEqual(3)
    expect(errors).toEqual([])
  })
})

describe('without a mouse', () => {
  it('[WD17] the keyboard alone opens, writes, sends and closes, and the focus goes back', async () => {
    const { page } = await visit()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await composer(page).waitFor()
    expect(await composer(page).evaluate((field) => field.matches(':focus'))).toBe(true)
    expect(await launcher(page).getAttribute('aria-expanded')).toBe('true')
    await page.keyboard.type('by hand')
    await page.keyboard.press('Enter')
    await page.getByText('Sent', { exact: true }).waitFor()
    await page.keyboard.press('Escape')
    expect(await composer(page).isVisible()).toBe(false)
    expect(await launcher(page).evaluate((button) => button.matches(':focus'))).toBe(true)
    expect(await launcher(page).getAttribute('aria-expanded')).toBe('false')
    await page.keyboard.press('Enter')
    expect(await composer(page).evaluate((field) => field.matches(':focus'))).toBe(true)
  })

  it('[WD18] on a phone the panel fills the screen and the field is large enough not to be zoomed', async () => {
    const { page } = await visit()
    await page.setViewportSize({ width: 390, height: 844 })
    await launcher(page).click()
    await composer(page).waitFor()
    expect(await page.locator('.panel').boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 844 })
    expect(await composer(page).evaluate((field) => getComputedStyle(field).fontSize)).toBe('16px')
    await page.locator('.header button').click()
    expect(await launcher(page).isVisible()).toBe(true)
  })
})
