import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { call, logIn, openVisitor, orgHeaders, postText, type Visitor } from '../../server/tests/api-client.ts'
import { gone, type InboxPage, narrow, setUpInbox } from './inbox-page.ts'

// Short tokens, so that every test lives through renewals.
const inbox = setUpInbox({ env: { ORG_TOKEN_LIFETIME_SECONDS: '5' } })
const { visitorSays } = inbox
let admin: InboxPage
let page: Page

beforeEach(async () => {
  admin = await inbox.open()
  page = admin.page
})

const logInOnPage = () => admin.logIn(inbox.world().logins.admin)

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
  const { headers } = await openVisitor(inbox.url(), secret)
  const { body } = await call(`${inbox.url()}/conversations/${conversationId}/messages`, { headers })
  return (body['messages'] as { role: string; content: string }[]).map(({ role, content }) => `${role}: ${content}`)
}

describe('inbox in a browser', () => {
  it('[IN19] says that address or password is wrong, and keeps the form', async () => {
    await admin.tryToLogIn({ ...inbox.world().logins.admin, password: 'not the password' })
    await page.getByRole('alert').filter({ hasText: 'The e-mail address or the password is wrong.' }).waitFor()
    await logInOnPage()
    await admin.list.waitFor()
  })

  it("[IN20] shows a visitor's message in the list and in the open thread without a reload", async () => {
    const visitor = await visitorSays('Is the mug dishwasher safe?')
    await logInOnPage()
    await admin.row('Is the mug dishwasher safe?').click()
    await admin.message('Is the mug dishwasher safe?').waitFor()
    // A token lives five seconds here, which the login may have taken.
    const sooner = await openVisitor(inbox.url(), visitor.secret)
    expect((await postText(inbox.url(), sooner, 'And the bowl?')).status).toBe(201)
    await admin.message('And the bowl?').waitFor()
    await admin.row('And the bowl?').waitFor()
    await visitorSays('Somebody else asks')
    await admin.row('Somebody else asks').waitFor()
    expect(await admin.list.getByRole('link').first().textContent()).toContain('Somebody else asks')
  })

  it("[IN21] brings the agent's reply to the visitor once, sent with Enter", async () => {
    const visitor = await visitorSays('Do you ship to Norway?')
    await logInOnPage()
    await admin.row('Do you ship to Norway?').click()
    await admin.composer.fill('We do,')
    await admin.composer.press('Shift+Enter')
    await admin.composer.pressSequentially('within a week.')
    await admin.composer.press('Enter')
    await admin.message('within a week.').filter({ hasText: 'You' }).locator('time').waitFor()
    expect(await admin.composer.inputValue()).toBe('')
    expect(await visitorReads(visitor)).toEqual(['user: Do you ship to Norway?', 'agent: We do,\nwithin a week.'])
  })

  it('[IN22] marks a conversation as unread until its thread has been shown', async () => {
    const visitor = await visitorSays('Unread for a moment')
    await logInOnPage()
    await admin.row('Unread for a moment').getByText('Unread', { exact: true }).waitFor()
    await admin.row('Unread for a moment').click()
    await admin.row('Unread for a moment').getByText('Unread', { exact: true }).waitFor(gone)
    const agent = await logIn(inbox.url(), inbox.world().logins.admin)
    const { body } = await call(`${inbox.url()}/api/agent/conversations`, { headers: agent.headers })
    const conversations = body['conversations'] as { id: string; readSequence: number }[]
    expect(conversations.find(({ id }) => id === visitor.conversationId)?.readSequence).toBe(1)
  })

  it('[IN23] moves a conversation to "Resolved" and back', async () => {
    await visitorSays('Please close this')
    await logInOnPage()
    await admin.row('Please close this').click()
    await page.getByRole('button', { name: 'Resolve' }).click()
    await admin.row('Please close this').waitFor(gone)
    await admin.list.getByText('Resolved').click()
    await admin.row('Please close this').waitFor()
    await page.getByRole('button', { name: 'Reopen' }).click()
    await admin.row('Please close this').waitFor(gone)
    await admin.list.getByText('Open').click()
    await admin.row('Please close this').waitFor()
  })

  it('[IN24] keeps an unsent text with its thread while another one is shown', async () => {
    await visitorSays('First of two')
    await visitorSays('Second of two')
    await logInOnPage()
    await admin.row('First of two').click()
    await admin.composer.fill('half a reply')
    await admin.row('Second of two').click()
    await admin.message('Second of two').waitFor()
    expect(await admin.composer.inputValue()).toBe('')
    await admin.row('Draft: half a reply').click()
    await admin.message('First of two').waitFor()
    expect(await admin.composer.inputValue()).toBe('half a reply')
  })

  it('[IN25] says while offline that a reply waits, and sends it once when the network is back', async () => {
    const visitor = await visitorSays('Are you there?')
    await logInOnPage()
    await admin.row('Are you there?').click()
    await admin.message('Are you there?').waitFor()
    await admin.context.setOffline(true)
    await admin.composer.fill('Here I am')
    await admin.composer.press('Enter')
    await admin.message('Here I am').getByText('Waiting, will be sent').waitFor()
    await page.getByRole('status').filter({ hasText: 'Offline.' }).waitFor()
    await admin.context.setOffline(false)
    await admin.message('Here I am').locator('time').waitFor()
    await page.getByRole('status').filter({ hasText: 'Offline.' }).waitFor(gone)
    expect(await visitorReads(visitor)).toEqual(['user: Are you there?', 'agent: Here I am'])
  })

  it('[IN32] shows a refused reply as not sent, and sends it once on "Try again"', async () => {
    const visitor = await visitorSays('Will this arrive?')
    await logInOnPage()
    await admin.row('Will this arrive?').click()
    await refuseReplies()
    await admin.composer.fill('It will')
    await admin.composer.press('Enter')
    await admin.message('It will').getByText('Not sent').waitFor()
    await page.unrouteAll()
    await admin.message('It will').getByRole('button', { name: 'Try again' }).click()
    await admin.message('It will').locator('time').waitFor()
    expect(await visitorReads(visitor)).toEqual(['user: Will this arrive?', 'agent: It will'])
  })

  it('[IN33] takes a refused reply away on "Delete"', async () => {
    const visitor = await visitorSays('Better not?')
    await logInOnPage()
    await admin.row('Better not?').click()
    await refuseReplies()
    await admin.composer.fill('Never mind')
    await admin.composer.press('Enter')
    await admin.message('Never mind').getByRole('button', { name: 'Delete' }).click()
    await admin.message('Never mind').waitFor(gone)
    expect(await visitorReads(visitor)).toEqual(['user: Better not?'])
  })

  it('[IN26] shows one pane at a time on a narrow screen, and leads back to the list', async () => {
    await visitorSays('From a phone')
    await page.setViewportSize(narrow)
    await logInOnPage()
    await admin.row('From a phone').click()
    await admin.message('From a phone').waitFor()
    expect(await admin.list.isVisible()).toBe(false)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(narrow.width)
    await page.getByRole('link', { name: 'Back to the list' }).click()
    await admin.row('From a phone').waitFor()
    expect(await page.getByRole('log').isVisible()).toBe(false)
  })

  it('[IN27] allows a refused site with one click of an admin', async () => {
    const origin = 'https://hearth.example'
    const ask = () => call(`${inbox.url()}/api/bootloader`, { headers: { ...orgHeaders, origin } })
    expect((await ask()).status).toBe(403)
    await logInOnPage()
    await openSites()
    await page.getByRole('button', { name: `Allow ${origin}` }).click()
    await page.getByRole('button', { name: `Allow ${origin}` }).waitFor(gone)
    await page.getByText(origin).waitFor()
    expect((await ask()).status).toBe(200)
  })

  it('[IN49] shows a site that asks in vain while the list is open', async () => {
    await logInOnPage()
    await openSites()
    await page.getByText('Asked, and refused').waitFor()
    const origin = 'https://late.example'
    await call(`${inbox.url()}/api/bootloader`, { headers: { ...orgHeaders, origin } })
    await page.getByRole('button', { name: `Allow ${origin}` }).waitFor()
  })

  it('[IN28] breaks no rule of its content security policy, and reports no error', async () => {
    await visitorSays('Look at the console')
    await logInOnPage()
    await admin.row('Look at the console').click()
    await admin.composer.fill('one\ntwo\nthree\nfour')
    await admin.composer.press('Enter')
    await admin.message('four').locator('time').waitFor()
    await openSites()
    await page.getByText('Asked, and refused').waitFor()
    expect(admin.complaints).toEqual([])
  })

  it('[IN29] asks for the login again when the session has ended elsewhere, and keeps the unsent text', async () => {
    await visitorSays('Stay a while')
    await logInOnPage()
    await admin.row('Stay a while').click()
    await admin.composer.fill('unsent')
    await admin.endSession()
    await page.getByText('Your session has ended.').waitFor()
    await logInOnPage()
    await admin.message('Stay a while').waitFor()
    expect(await admin.composer.inputValue()).toBe('unsent')
  })

  it('[IN30] ends the session on the server when the agent logs out', async () => {
    await logInOnPage()
    await admin.list.waitFor()
    const cookie = await admin.cookie()
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByLabel('E-mail').waitFor()
    expect((await call(`${inbox.url()}/api/agent/session`, { headers: { cookie } })).status).toBe(401)
    await page.reload()
    await page.getByLabel('E-mail').waitFor()
  })

  it('[IN31] shows text of a visitor as text', async () => {
    await visitorSays('<img src=x onerror="document.title=\'owned\'"><b>bold</b>')
    await logInOnPage()
    await admin.row('<b>bold</b>').click()
    await admin.message('<b>bold</b>').waitFor()
    expect(await page.getByRole('log').locator('b, img').count()).toBe(0)
    expect(await page.title()).toMatch(/^(\(\d+\) )?Helvino inbox$/)
  })
})
