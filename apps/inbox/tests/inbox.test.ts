import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findChromium } from '../../../tools/chromium.mjs'
import { call, logIn, openVisitor, orgHeaders, postText, type Visitor } from '../../server/tests/api-client.ts'
import { type SpawnedServer, spawnServer } from '../../server/tests/spawn-server.ts'

const wide = { width: 1280, height: 800 }
const narrow = { width: 390, height: 844 }

let server: SpawnedServer
let browser: Browser
let context: BrowserContext
let page: Page
/** What the browser complained of: policy violations, errors, failed scripts. */
let complaints: string[]

beforeAll(async () => {
  // Short tokens, so that every test lives through renewals.
  server = await spawnServer({ env: { ORG_TOKEN_LIFETIME_SECONDS: '5' } })
  const executablePath = findChromium()
  browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ['--no-sandbox'],
  })
})

afterAll(async () => {
  await browser.close()
  await server.remove()
})

beforeEach(async () => {
  context = await browser.newContext({ viewport: wide })
  page = await context.newPage()
  complaints = []
  page.on('console', (line) => {
    if (line.type() === 'error' || /content security policy/i.test(line.text())) complaints.push(line.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
})

afterEach(async () => {
  await context.close()
})

async function logInOnPage(password = server.admin?.password ?? ''): Promise<void> {
  await page.goto(`${server.url}/inbox`)
  await page.getByLabel('E-mail').fill(server.admin?.email ?? '')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Log in' }).click()
}

const list = () => page.getByRole('navigation', { name: 'Conversations' })
const row = (text: string) => list().getByRole('link').filter({ hasText: text })
const composer = () => page.getByLabel('Your reply')
const message = (text: string) => page.getByRole('log').getByRole('listitem').filter({ hasText: text })

async function visitorSays(text: string): Promise<Visitor> {
  const visitor = await openVisitor(server.url)
  expect((await postText(server.url, visitor, text)).status).toBe(201)
  return visitor
}

async function openSites(): Promise<void> {
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('link', { name: 'Sites' }).click()
}

async function refuseReplies(): Promise<void> {
  const body = JSON.stringify({ error: 'x', code: 'writes_disabled', message: 'x' })
  await page.route('**/api/agent/conversations/*/messages', (route) =>
    route.request().method() === 'POST' ? route.fulfill({ status: 403, body }) : route.continue(),
  )
}

async function visitorReads({ secret, conversationId }: Visitor): Promise<readonly string[]> {
  // The token of the beginning has run out: a visitor who comes back gets a new one.
  const { headers } = await openVisitor(server.url, secret)
  const { body } = await call(`${server.url}/conversations/${conversationId}/messages`, { headers })
  return (body['messages'] as { role: string; content: string }[]).map(({ role, content }) => `${role}: ${content}`)
}

describe('inbox in a browser', () => {
  it('[IN19] says that address or password is wrong, and keeps the form', async () => {
    await logInOnPage('not the password')
    await page.getByRole('alert').filter({ hasText: 'The e-mail address or the password is wrong.' }).waitFor()
    await logInOnPage()
    await list().waitFor()
  })

  it("[IN20] shows a visitor's message in the list and in the open thread without a reload", async () => {
    const visitor = await visitorSays('Is the mug dishwasher safe?')
    await logInOnPage()
    await row('Is the mug dishwasher safe?').click()
    await message('Is the mug dishwasher safe?').waitFor()
    // A token lives five seconds here, which the login may have taken.
    const sooner = await openVisitor(server.url, visitor.secret)
    expect((await postText(server.url, sooner, 'And the bowl?')).status).toBe(201)
    await message('And the bowl?').waitFor()
    await row('And the bowl?').waitFor()
    await visitorSays('Somebody else asks')
    await row('Somebody else asks').waitFor()
    expect(await list().getByRole('link').first().textContent()).toContain('Somebody else asks')
  })

  it("[IN21] brings the agent's reply to the visitor once, sent with Enter", async () => {
    const visitor = await visitorSays('Do you ship to Norway?')
    await logInOnPage()
    await row('Do you ship to Norway?').click()
    await composer().fill('We do,')
    await composer().press('Shift+Enter')
    await composer().pressSequentially('within a week.')
    await composer().press('Enter')
    await message('within a week.').filter({ hasText: 'Team' }).locator('time').waitFor()
    expect(await composer().inputValue()).toBe('')
    expect(await visitorReads(visitor)).toEqual(['user: Do you ship to Norway?', 'agent: We do,\nwithin a week.'])
  })

  it('[IN22] marks a conversation as unread until its thread has been shown', async () => {
    const visitor = await visitorSays('Unread for a moment')
    await logInOnPage()
    await row('Unread for a moment').getByText('Unread', { exact: true }).waitFor()
    await row('Unread for a moment').click()
    await row('Unread for a moment').getByText('Unread', { exact: true }).waitFor({ state: 'detached' })
    const agent = await logIn(server.url, server.admin)
    const { body } = await call(`${server.url}/api/agent/conversations`, { headers: agent.headers })
    const conversations = body['conversations'] as { id: string; readSequence: number }[]
    expect(conversations.find(({ id }) => id === visitor.conversationId)?.readSequence).toBe(1)
  })

  it('[IN23] moves a conversation to "Resolved" and back', async () => {
    await visitorSays('Please close this')
    await logInOnPage()
    await row('Please close this').click()
    await page.getByRole('button', { name: 'Resolve' }).click()
    await row('Please close this').waitFor({ state: 'detached' })
    await list().getByText('Resolved').click()
    await row('Please close this').waitFor()
    await page.getByRole('button', { name: 'Reopen' }).click()
    await row('Please close this').waitFor({ state: 'detached' })
    await list().getByText('Open').click()
    await row('Please close this').waitFor()
  })

  it('[IN24] keeps an unsent text with its thread while another one is shown', async () => {
    await visitorSays('First of two')
    await visitorSays('Second of two')
    await logInOnPage()
    await row('First of two').click()
    await composer().fill('half a reply')
    await row('Second of two').click()
    await message('Second of two').waitFor()
    expect(await composer().inputValue()).toBe('')
    await row('Draft: half a reply').click()
    await message('First of two').waitFor()
    expect(await composer().inputValue()).toBe('half a reply')
  })

  it('[IN25] says while offline that a reply waits, and sends it once when the network is back', async () => {
    const visitor = await visitorSays('Are you there?')
    await logInOnPage()
    await row('Are you there?').click()
    await message('Are you there?').waitFor()
    await context.setOffline(true)
    await composer().fill('Here I am')
    await composer().press('Enter')
    await message('Here I am').getByText('Waiting, will be sent').waitFor()
    await page.getByRole('status').filter({ hasText: 'Offline.' }).waitFor()
    await context.setOffline(false)
    await message('Here I am').locator('time').waitFor()
    await page.getByRole('status').filter({ hasText: 'Offline.' }).waitFor({ state: 'detached' })
    expect(await visitorReads(visitor)).toEqual(['user: Are you there?', 'agent: Here I am'])
  })

  it('[IN32] shows a refused reply as not sent, and sends it once on "Try again"', async () => {
    const visitor = await visitorSays('Will this arrive?')
    await logInOnPage()
    await row('Will this arrive?').click()
    await refuseReplies()
    await composer().fill('It will')
    await composer().press('Enter')
    await message('It will').getByText('Not sent').waitFor()
    await page.unrouteAll()
    await message('It will').getByRole('button', { name: 'Try again' }).click()
    await message('It will').locator('time').waitFor()
    expect(await visitorReads(visitor)).toEqual(['user: Will this arrive?', 'agent: It will'])
  })

  it('[IN33] takes a refused reply away on "Delete"', async () => {
    const visitor = await visitorSays('Better not?')
    await logInOnPage()
    await row('Better not?').click()
    await refuseReplies()
    await composer().fill('Never mind')
    await composer().press('Enter')
    await message('Never mind').getByRole('button', { name: 'Delete' }).click()
    await message('Never mind').waitFor({ state: 'detached' })
    expect(await visitorReads(visitor)).toEqual(['user: Better not?'])
  })

  it('[IN26] shows one pane at a time on a narrow screen, and leads back to the list', async () => {
    await visitorSays('From a phone')
    await page.setViewportSize(narrow)
    await logInOnPage()
    await row('From a phone').click()
    await message('From a phone').waitFor()
    expect(await list().isVisible()).toBe(false)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(narrow.width)
    await page.getByRole('link', { name: 'Back to the list' }).click()
    await row('From a phone').waitFor()
    expect(await page.getByRole('log').isVisible()).toBe(false)
  })

  it('[IN27] allows a refused site with one click of an admin', async () => {
    const origin = 'https://hearth.example'
    const ask = () => call(`${server.url}/api/bootloader`, { headers: { ...orgHeaders, origin } })
    expect((await ask()).status).toBe(403)
    await logInOnPage()
    await openSites()
    await page.getByRole('button', { name: `Allow ${origin}` }).click()
    await page.getByRole('button', { name: `Allow ${origin}` }).waitFor({ state: 'detached' })
    await page.getByText(origin).waitFor()
    expect((await ask()).status).toBe(200)
  })

  it('[IN49] shows a site that asks in vain while the list is open', async () => {
    await logInOnPage()
    await openSites()
    await page.getByText('Asked, and refused').waitFor()
    const origin = 'https://late.example'
    await call(`${server.url}/api/bootloader`, { headers: { ...orgHeaders, origin } })
    await page.getByRole('button', { name: `Allow ${origin}` }).waitFor()
  })

  it('[IN28] breaks no rule of its content security policy, and reports no error', async () => {
    await visitorSays('Look at the console')
    await logInOnPage()
    await row('Look at the console').click()
    await composer().fill('one\ntwo\nthree\nfour')
    await composer().press('Enter')
    await message('four').locator('time').waitFor()
    await openSites()
    await page.getByText('Asked, and refused').waitFor()
    // Before the login the page asks who is logged in, and the browser reports the 401 that says "nobody".
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([])
  })

  it('[IN29] asks for the login again when the session has ended elsewhere, and keeps the unsent text', async () => {
    await visitorSays('Stay a while')
    await logInOnPage()
    await row('Stay a while').click()
    await composer().fill('unsent')
    const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
    await call(`${server.url}/api/agent/logout`, { method: 'POST', headers: { cookie } })
    await page.getByText('Your session has ended.').waitFor()
    await page.getByLabel('E-mail').fill(server.admin?.email ?? '')
    await page.getByLabel('Password', { exact: true }).fill(server.admin?.password ?? '')
    await page.getByRole('button', { name: 'Log in' }).click()
    await message('Stay a while').waitFor()
    expect(await composer().inputValue()).toBe('unsent')
  })

  it('[IN30] ends the session on the server when the agent logs out', async () => {
    await logInOnPage()
    await list().waitFor()
    const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByLabel('E-mail').waitFor()
    expect((await call(`${server.url}/api/agent/session`, { headers: { cookie } })).status).toBe(401)
    await page.reload()
    await page.getByLabel('E-mail').waitFor()
  })

  it('[IN31] shows text of a visitor as text', async () => {
    await visitorSays('<img src=x onerror="document.title=\'owned\'"><b>bold</b>')
    await logInOnPage()
    await row('<b>bold</b>').click()
    await message('<b>bold</b>').waitFor()
    expect(await page.getByRole('log').locator('b, img').count()).toBe(0)
    expect(await page.title()).toMatch(/^(\(\d+\) )?Helvino inbox$/)
  })
})
