import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, logIn } from '../../server/tests/api-client.ts'
import { SocketClient } from '../../server/tests/socket-client.ts'
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

interface Told {
  readonly formatters: number
  readonly formats: number
}

/** Runs in the page before anything else: a line tells its time each time it is drawn. */
function countTimes() {
  const told = { formatters: 0, formats: 0 }
  class Counted extends Intl.DateTimeFormat {
    constructor(...given: ConstructorParameters<typeof Intl.DateTimeFormat>) {
      super(...given)
      told.formatters += 1
      const { format } = this
      // An accessor of the prototype, which cannot be assigned to.
      const value = (date?: number | Date) => {
        told.formats += 1
        return format(date)
      }
      Object.defineProperty(this, 'format', { value })
    }
  }
  Object.assign(Intl, { DateTimeFormat: Counted })
  Object.assign(globalThis, { told })
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

  it('[WE4] what was typed and not sent is there after a reload, until it is sent', async () => {
    const host = await startHostPage(server.url)
    const { page, context } = await observedPage(browser)
    await page.goto(host.url)
    const field = page.getByRole('textbox')
    await page.locator('.launcher').click()
    await field.fill('half a question')
    await page.reload()
    await page.locator('.launcher').click()
    expect(await field.inputValue()).toBe('half a question')
    await field.press('Enter')
    await page.getByText('Sent · ').waitFor()
    await page.reload()
    await page.locator('.launcher').click()
    await page.getByText('half a question').waitFor()
    expect(await field.inputValue()).toBe('')
    expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.endsWith('/draft')))).toEqual([])
    await context.close()
    await host.close()
  })

  it('[WE5] shows that somebody answers while they do, and tells the team that the visitor writes', async () => {
    const host = await startHostPage(server.url)
    const { page, context } = await observedPage(browser)
    const agent = await logIn(server.url, server.admin)
    const inAgent = new SocketClient(server.url)
    await inAgent.hello({ agentToken: agent.token })
    await page.goto(host.url)
    await page.locator('.launcher').click()
    await page.getByRole('textbox').fill('is anybody there?')
    await page.getByRole('textbox').press('Enter')
    const { message } = await inAgent.until(({ type }) => type === 'message')
    const { conversationId } = message as { conversationId: string }
    const answering = page.getByText('Somebody is answering…')
    // Once is not enough: the live connection is made after the first message, and the server drops what comes too soon.
    const isSeenTyping = async () => {
      const telling = setInterval(() => {
        inAgent.send({ type: 'typing', conversationId })
      }, 2_500)
      await answering.waitFor()
      clearInterval(telling)
    }
    await isSeenTyping()
    await call(`${server.url}/api/agent/conversations/${conversationId}/messages`, {
      headers: agent.headers,
      body: { content: 'yes, I am' },
    })
    await page.getByText('yes, I am').waitFor()
    await answering.waitFor({ state: 'detached' })
    await isSeenTyping()
    await answering.waitFor({ state: 'detached' })
    await page.getByRole('textbox').pressSequentially('good')
    await inAgent.until((frame) => frame['type'] === 'typing' && frame['role'] === 'user')
    inAgent.close()
    await context.close()
    await host.close()
  })

  it('[WE3] a line that is said is drawn by itself: those before it are not drawn again', async () => {
    const host = await startHostPage(server.url)
    const { page, context } = await observedPage(browser)
    await page.addInitScript(countTimes)
    await page.goto(host.url)
    await page.locator('.launcher').click()
    const told = () => page.evaluate(() => (globalThis as unknown as { told: Told }).told)
    const say = async (text: string) => {
      await page.getByRole('textbox').fill(text)
      await page.getByRole('textbox').press('Enter')
      await page.locator('.message.sent', { hasText: text }).waitFor()
    }
    for (const text of ['one', 'two', 'three', 'four', 'five', 'six']) await say(text)
    const before = await told()
    await say('seven')
    const after = await told()
    expect(after.formats - before.formats).toBeGreaterThanOrEqual(1)
    expect(after.formats - before.formats).toBeLessThanOrEqual(2)
    expect(after.formatters).toBe(1)
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
      .toEqual([`Helvino: ${server.url} refused ${origin} (origin_not_allowed): allow it in the inbox, then reload.`])
    expect(errors).toEqual([])
    await context.close()
    await host.close()
  })
})
