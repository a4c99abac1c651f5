import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { call, logIn } from '../../server/tests/api-client.ts'
import { SocketClient } from '../../server/tests/socket-client.ts'
import { buildServer, spawnServer, type SpawnedServer } from '../../server/tests/spawn-server.ts'
import { findingsEverywhere } from './axe.ts'
import { launchBrowser, observedPage } from './browser.ts'
import { buildWidget } from './build.ts'
import { type HostPage, startHostPage } from './host-page.ts'

let browser: Browser
let server: SpawnedServer
let stops: (() => Promise<unknown>)[] = []

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
afterEach(async () => {
  for (const stop of stops.reverse()) await stop()
  stops = []
})

async function visit(
  hostPage: HostPage = {},
  prepare: (page: Page) => Promise<unknown> = () => Promise.resolve(),
  locale = 'en',
): Promise<Page> {
  const host = await startHostPage(server.url, hostPage)
  const { page, context } = await observedPage(browser, { locale })
  stops.push(host.close, () => context.close())
  await prepare(page)
  await page.goto(host.url)
  return page
}

const composer = (page: Page) => page.locator('.composer textarea')

/** An agent, who hears where a visitor has written and answers there. */
async function comeIn() {
  const agent = await logIn(server.url, server.admin)
  const socket = new SocketClient(server.url)
  await socket.hello({ agentToken: agent.token })
  stops.push(() => {
    socket.close()
    return Promise.resolve()
  })
  return {
    async hear() {
      const { message } = await socket.until(({ type }) => type === 'message')
      return (message as { conversationId: string }).conversationId
    },
    write(id: string) {
      socket.send({ type: 'typing', conversationId: id })
    },
    answer: (id: string, content: string) =>
      call(`${server.url}/api/agent/conversations/${id}/messages`, { headers: agent.headers, body: { content } }),
  }
}

describe('what a visitor sees', () => {
  it('[WL18] a page that cannot load the view still sends, and shows all of it once it can', async () => {
    let isDown = true
    const page = await visit({}, (tab) =>
      tab.route('**/assets/view-*', (route) => (isDown ? route.abort() : route.continue())),
    )
    await page.locator('.launcher').click()
    await composer(page).fill('does it go?')
    await composer(page).press('Enter')
    await page.locator('.message.sent', { hasText: 'does it go?' }).waitFor()
    expect(await page.locator('.room').count()).toBe(0)
    isDown = false
    await page.locator('.room .message.sent', { hasText: 'does it go?' }).waitFor()
  })

  it('[WL19] an answer to a closed panel is counted on the launcher and before the title of a page that nobody sees', async () => {
    const team = await comeIn()
    const page = await visit({ head: '<title> Fern  &amp; Stone </title>' })
    const titleText = () => page.evaluate(() => document.querySelector('title')?.textContent)
    const before = await titleText()
    const setHidden = (isHidden: boolean) =>
      page.evaluate((hidden) => {
        Object.defineProperty(document, 'hidden', { configurable: true, value: hidden })
        document.dispatchEvent(new Event('visibilitychange'))
      }, isHidden)
    await page.locator('.launcher').click()
    await composer(page).fill('anybody?')
    await composer(page).press('Enter')
    const id = await team.hear()
    await page.locator('.message.sent').waitFor()
    await page.keyboard.press('Escape')
    await team.answer(id, 'yes')
    await team.answer(id, 'here')
    await page.getByRole('button', { name: 'Open chat, new messages: 2' }).waitFor()
    expect(await titleText()).toBe(before)
    await setHidden(true)
    expect(await titleText()).toBe(`(2) ${before ?? ''}`)
    await setHidden(false)
    expect(await titleText()).toBe(before)
    await page.locator('.launcher').click()
    await page.getByRole('button', { name: 'Close chat' }).first().waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Open chat', exact: true }).waitFor()
  })

  it('[WL20] a reader who has scrolled back stays there, and is told of what is new', async () => {
    const team = await comeIn()
    const page = await visit()
    await page.locator('.launcher').click()
    await composer(page).fill(Array.from({ length: 60 }, (_, line) => `line ${String(line)}`).join('\n'))
    await composer(page).press('Enter')
    const id = await team.hear()
    await page.locator('.message.sent').waitFor()
    const log = page.getByRole('log')
    await log.evaluate((element) => {
      element.scrollTop = 100
    })
    await team.answer(id, 'a long list')
    await page.getByRole('button', { name: 'New messages' }).waitFor()
    expect(await log.evaluate(({ scrollTop }) => scrollTop)).toBe(100)
    await page.getByRole('button', { name: 'New messages' }).click()
    await page.getByRole('button', { name: 'New messages' }).waitFor({ state: 'detached' })
    expect(await log.evaluate((e) => e.scrollHeight - e.scrollTop - e.clientHeight)).toBeLessThan(2)
  })

  it('[AX22] a checker finds nothing while an answer is read, new messages are told of and somebody answers', async () => {
    const team = await comeIn()
    const page = await visit({ body: '<main><h1>Shop</h1></main>' })
    await page.locator('.launcher').click()
    await composer(page).fill(Array.from({ length: 60 }, (_, line) => `line ${String(line)}`).join('\n'))
    await composer(page).press('Enter')
    const id = await team.hear()
    await page.locator('.message.sent').waitFor()
    await team.answer(id, 'see https://shop.example/pots')
    await page.getByRole('log').getByText('shop.example').waitFor()
    await page.getByRole('log').evaluate((element) => {
      element.scrollTop = 100
    })
    await team.answer(id, 'a long list')
    await page.getByRole('button', { name: 'New messages' }).waitFor()
    team.write(id)
    await page.locator('.answering').waitFor()
    expect(await findingsEverywhere(page)).toEqual([])
  })

  it('[AX7] the keyboard alone leads from the page to a message, its answer and out again', async () => {
    const team = await comeIn()
    const page = await visit()
    await page.locator('.launcher').waitFor()
    for (let tabs = 0; tabs < 4 && (await page.locator('.launcher:focus').count()) === 0; tabs += 1)
      await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.locator('textarea:focus').waitFor()
    await page.keyboard.type('is this by hand?')
    await page.keyboard.press('Enter')
    const id = await team.hear()
    await expect.poll(() => page.getByRole('log').getAttribute('aria-live')).toBe('polite')
    await team.answer(id, 'all of it')
    await page.getByRole('log').getByText('all of it').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('.panel').waitFor({ state: 'hidden' })
    await page.locator('.launcher:focus').waitFor()
  })
})

describe('the language of a page', () => {
  it('[LG13] is what data-locale says, before the organisation’s', async () => {
    const page = await visit({ attributes: 'data-locale="de"' })
    await page.locator('.launcher').click()
    await page.getByText('Wie können wir helfen?').waitFor()
    await page.getByRole('button', { name: 'Chat schließen' }).first().waitFor()
    expect(await page.locator('.panel').getAttribute('lang')).toBe('de')
  })

  it('[LG14] a language that cannot be loaded is English, and the chat goes on', async () => {
    const page = await visit({ attributes: 'data-locale="tr"' }, (tab) =>
      tab.route('**/assets/words-*', (route) => route.abort()),
    )
    await page.locator('.launcher').click()
    await composer(page).fill('hello')
    await composer(page).press('Enter')
    await page.getByText('Sent · ').waitFor()
  })

  it('[LG15] from right to left, the launcher and the panel stand on the left', async () => {
    const page = await visit({ attributes: 'data-locale="auto"' }, undefined, 'ar-EG')
    await page.locator('.launcher').click()
    await page.locator('.panel[dir="rtl"]').waitFor()
    await expect.poll(async () => (await page.locator('.launcher').boundingBox())?.x).toBe(20)
    expect((await page.locator('.panel').boundingBox())?.x).toBe(20)
  })
})
