import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type AgentLogin, call, logIn } from '../../server/tests/api-client.ts'
import { buildServer, spawnServer, type SpawnedServer } from '../../server/tests/spawn-server.ts'
import { launchBrowser, type ObservedPage, observedPage } from './browser.ts'
import { buildWidget } from './build.ts'
import { startHostPage } from './host-page.ts'

let browser: Browser
let server: SpawnedServer
let agent: AgentLogin
let stops: (() => Promise<unknown>)[] = []

const nobody = { mon: null, tue: null, wed: null, thu: null, fri: null, sat: null, sun: null }
const away = { askEmail: true, officeHours: { timeZone: 'UTC', days: nobody } }
const usual = { askEmail: false, officeHours: null, position: 'right', theme: { primaryColor: '#2563eb' } }

const ofAgent = (path: string, body?: object, method?: 'PUT') =>
  call(`${server.url}/api/agent/${path}`, { headers: agent.headers, ...(body && { body }), ...(method && { method }) })
const change = (settings: object) => ofAgent('settings', settings, 'PUT')

beforeAll(async () => {
  buildWidget()
  buildServer()
  server = await spawnServer()
  browser = await launchBrowser()
  agent = await logIn(server.url, server.admin)
})
afterAll(async () => {
  await browser.close()
  await server.remove()
})
afterEach(async () => {
  for (const stop of stops.reverse()) await stop()
  stops = []
  await change(usual)
})

/** A visitor's page, and what was asked of the server by it. */
async function visit(): Promise<ObservedPage & { readonly asked: (path: RegExp) => number }> {
  const host = await startHostPage(server.url)
  const observed = await observedPage(browser)
  const requests: string[] = []
  observed.page.on('request', (request) => requests.push(`${request.method()} ${request.url()}`))
  stops.push(host.close, () => observed.context.close())
  await observed.page.goto(host.url)
  return { ...observed, asked: (path) => requests.filter((request) => path.test(request)).length }
}

const toggle = (page: Page) => page.locator('.launcher').click()

/** Opens the panel and says something; gives the conversation's id, as agents know it. */
async function say(page: Page, text: string): Promise<string> {
  if ((await page.locator('.composer textarea:visible').count()) === 0) await toggle(page)
  await page.locator('.composer textarea').fill(text)
  const posted = page.waitForResponse(
    (response) => response.request().method() === 'POST' && response.url().endsWith('/messages'),
  )
  await page.locator('.composer textarea').press('Enter')
  await page.locator('.room .message.sent', { hasText: text }).waitFor()
  return /conversations\/([^/]+)/.exec((await posted).url())?.[1] ?? ''
}

async function answer(id: string, content: string): Promise<void> {
  expect((await ofAgent(`conversations/${id}/messages`, { content })).status).toBe(201)
}

async function readByVisitor(id: string): Promise<unknown> {
  const { body } = await ofAgent('conversations')
  return (body['conversations'] as Record<string, unknown>[]).find((each) => each['id'] === id)?.['visitorReadSequence']
}

const knownOf = async (id: string) =>
  (await ofAgent(`conversations/${id}/visitor`)).body['visitor'] as Readonly<Record<string, unknown>>

describe('the launcher, before anything is opened', () => {
  it('[WL21] has the organisation’s colour and side', async () => {
    await change({ position: 'left', theme: { primaryColor: '#aa0000' } })
    const { page } = await visit()
    const button = page.locator('.launcher')
    await expect.poll(async () => (await button.boundingBox())?.x, { timeout: 10_000 }).toBe(20)
    expect(await button.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe('rgb(170, 0, 0)')
  })
})

describe('how far the visitor has read', () => {
  it('[VW1] moves while the panel is open, not while it is closed, and is not told again where the server knows', async () => {
    const { page, asked } = await visit()
    const id = await say(page, 'anybody there?')
    await answer(id, 'yes')
    await page.getByRole('log').getByText('yes').waitFor()
    await expect.poll(() => readByVisitor(id)).toBe(2)
    await page.keyboard.press('Escape')
    await answer(id, 'are you?')
    await page.getByRole('button', { name: 'Open chat, new messages: 1' }).waitFor()
    expect(await readByVisitor(id)).toBe(2)
    await page.reload()
    await page.locator('.launcher[data-unread="1"]').waitFor()
    await toggle(page)
    await expect.poll(() => readByVisitor(id)).toBe(3)
    const before = asked(/\/read$/)
    await page.reload()
    await page.locator('.launcher').waitFor()
    await expect.poll(() => asked(/bootloader$/), { timeout: 10_000 }).toBe(3)
    await toggle(page)
    await page.getByRole('log').getByText('are you?').waitFor()
    await page.waitForTimeout(1_000)
    expect(asked(/\/read$/)).toBe(before)
    expect(await page.locator('.launcher[data-unread]').count()).toBe(0)
  })

  it('[VW2] is told once there is a network again', async () => {
    const { page, context, errors } = await visit()
    const id = await say(page, 'anybody there?')
    await page.keyboard.press('Escape')
    await answer(id, 'yes')
    await page.getByRole('button', { name: 'Open chat, new messages: 1' }).waitFor()
    await context.setOffline(true)
    await toggle(page)
    await page.waitForTimeout(1_500)
    expect(await readByVisitor(id)).toBe(0)
    await context.setOffline(false)
    await expect.poll(() => readByVisitor(id), { timeout: 20_000 }).toBe(2)
    expect(errors).toEqual([])
  })
})

describe('how far the team has read', () => {
  it('[VW3] is shown under the last message of the visitor that it has read, live and after a reload', async () => {
    const { page } = await visit()
    const id = await say(page, 'first')
    await say(page, 'second')
    await ofAgent(`conversations/${id}/read`, { sequence: 1 })
    await page.locator('.message', { hasText: 'first' }).getByText('Seen · ').waitFor()
    await page.locator('.message', { hasText: 'second' }).getByText('Sent · ').waitFor()
    await ofAgent(`conversations/${id}/read`, { sequence: 2 })
    await page.locator('.message', { hasText: 'second' }).getByText('Seen · ').waitFor()
    expect(await page.getByText('Seen · ').count()).toBe(1)
    await page.reload()
    await toggle(page)
    await page.locator('.message', { hasText: 'second' }).getByText('Seen · ').waitFor()
  })
})

/** A conversation that is longer than a page of it, in a page that has just loaded it and is scrolled to its end. */
async function visitLong(): Promise<ObservedPage & { readonly asked: (path: RegExp) => number }> {
  const visited = await visit()
  const { page } = visited
  const id = await say(page, 'the very first')
  for (let from = 2; from <= 130; from += 10)
    await Promise.all(Array.from({ length: 10 }, (_, n) => answer(id, `answer ${String(from + n)}`)))
  // A line that is there before the newest page tells everything again.
  await page.routeWebSocket('**/realtime', () => undefined)
  await page.reload()
  await toggle(page)
  await page.getByRole('button', { name: 'Earlier messages' }).waitFor()
  await expect.poll(() => page.getByRole('log').evaluate(({ scrollTop }) => scrollTop)).toBeGreaterThan(1_000)
  return visited
}

const first = (page: Page) => page.getByText('the very first')

describe('what was said earlier', () => {
  it('[VW4] is loaded once by scrolling to the top, and the reader keeps the line that they are at', async () => {
    const { page, asked, errors } = await visitLong()
    const log = page.getByRole('log')
    /** Where the reader sees what is said last of what they see: what stands above it changes by what comes. */
    const lineAt = () =>
      log.evaluate((element) => {
        const { bottom } = element.getBoundingClientRect()
        const boxes = [...element.querySelectorAll('.message p')].map((said) => said.getBoundingClientRect())
        const at = boxes.findLastIndex((box) => box.bottom < bottom)
        return { fromEnd: boxes.length - at, top: Math.round(boxes[at]?.top ?? NaN) }
      })
    let before: unknown
    await page.route('**/messages?before=*', async (route) => {
      // The wheel runs on for a moment.
      await page.waitForTimeout(700)
      before = await lineAt()
      await route.continue()
    })
    await log.hover()
    for (let turns = 0; turns < 60 && asked(/before=/) === 0; turns += 1) {
      await page.mouse.wheel(0, -200)
      await page.waitForTimeout(50)
    }
    await first(page).waitFor({ state: 'attached' })
    await page.waitForTimeout(1_000)
    expect(await lineAt()).toEqual(before)
    expect(asked(/before=/)).toBe(1)
    expect(await page.getByRole('button', { name: 'Earlier messages' }).count()).toBe(0)
    expect(errors).toEqual([])
  })

  it('[VW5] that could not be had is asked for again, by the keyboard alone', async () => {
    const { page, asked, errors } = await visitLong()
    let isDown = true
    await page.route('**/messages?before=*', (route) => (isDown ? route.abort() : route.continue()))
    const button = page.getByRole('button', { name: 'Earlier messages' })
    await page.getByRole('log').focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await expect.poll(() => asked(/before=/)).toBeGreaterThan(0)
    await button.waitFor()
    await page.waitForTimeout(1_000)
    expect(await first(page).count()).toBe(0)
    isDown = false
    expect(await page.getByRole('log').evaluate((log) => log.matches(':focus'))).toBe(true)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await first(page).waitFor()
    expect(errors).toEqual([])
  })
})

describe('what the visitor tells of themselves', () => {
  it('[VW7] an address that is left reaches the team, and is not asked for again', async () => {
    await change(away)
    const { page } = await visit()
    const id = await say(page, 'anybody there?')
    const field = page.getByLabel('Your e-mail address')
    await field.fill('not an address')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Please check the address.').waitFor()
    await field.fill('ann@shop.example')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Thank you. We also answer by e-mail.').waitFor()
    expect(await knownOf(id)).toMatchObject({ email: 'ann@shop.example' })
    await page.waitForTimeout(5_000)
    await page.reload()
    await toggle(page)
    await field.waitFor()
    await field.waitFor({ state: 'detached' })
  })

  it('[VW8] the page and the language are told once there is a conversation, and again where the address changes', async () => {
    const { page, asked, lines, errors } = await visit()
    const { origin } = new URL(page.url())
    await toggle(page)
    await page.locator('.room').waitFor()
    await page.waitForTimeout(1_500)
    expect(asked(/PUT/)).toBe(0)
    const id = await say(page, 'hello')
    const seen = async () => (await knownOf(id))['page']
    await expect.poll(seen, { timeout: 10_000 }).toEqual({ url: `${origin}/`, title: 'Shop' })
    expect(await knownOf(id)).toMatchObject({ language: 'en-US' })
    await page.evaluate(() => {
      history.pushState(null, '', '/cart?token=secret#top')
      document.title = 'Cart'
    })
    await expect.poll(seen, { timeout: 15_000 }).toEqual({ url: `${origin}/cart`, title: 'Cart' })
    await expect.poll(() => asked(/PUT/)).toBe(2)
    await page.route('**/api/visitor', (route) => route.abort())
    await page.evaluate(() => {
      history.pushState(null, '', '/lost')
    })
    await expect.poll(() => asked(/PUT/), { timeout: 15_000 }).toBe(3)
    await say(page, 'still here')
    expect(await page.locator('.connection-status.error').count()).toBe(0)
    expect(lines.filter((line) => line.includes('Helvino'))).toEqual([])
    expect(errors).toEqual([])
  })
})
