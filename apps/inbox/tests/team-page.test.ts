import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addAgent } from '../../server/tests/add-agent.ts'
import { call } from '../../server/tests/api-client.ts'
import { type SpawnedServer, spawnServer } from '../../server/tests/spawn-server.ts'
import { adminOf, copied, launchBrowser, logInAt, openPerson, type Person } from './inbox-page.ts'

let server: SpawnedServer
let browser: Browser
let admin: Person
let guest: Person

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

beforeEach(async () => {
  server = await spawnServer()
  admin = await openPerson(browser)
  guest = await openPerson(browser)
})
afterEach(async () => {
  await admin.context.close()
  await guest.context.close()
  await server.remove()
})

const openTeam = async () => {
  await logInAt(admin.page, `${server.url}/inbox/settings/team`, adminOf(server))
  await admin.page.getByRole('heading', { name: 'Members' }).waitFor()
}

/** The link as the admin copies it. */
async function invite(email: string): Promise<string> {
  const { page } = admin
  await page.getByLabel('E-mail address').fill(email)
  await page.getByRole('button', { name: 'Create link' }).click()
  await page.getByText(`Send this link to ${email}.`).waitFor()
  await page.getByRole('button', { name: 'Copy Link of the invitation' }).click()
  await page.getByText('Copied').waitFor()
  return copied(page)
}

async function join(page: Page, password = 'correct horse battery', again = password): Promise<void> {
  await page.getByLabel('Your name').fill('Grace')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByLabel('Password again', { exact: true }).fill(again)
  await page.getByRole('button', { name: 'Join and log in' }).click()
}

/** Opens it as somebody who pastes it into the address bar. */
async function follow(page: Page, link: string): Promise<void> {
  await page.goto('about:blank')
  await page.goto(link)
}

const problem = (page: Page) => page.getByRole('alert').innerText()

describe('the team in a browser', () => {
  it('[SET17] takes somebody in by a link, changes their role, and removes them', async () => {
    await openTeam()
    const link = await invite('grace@shop.example')
    await follow(guest.page, link)
    await guest.page.getByRole('heading', { name: 'Join Hearth & Clay' }).waitFor()
    await guest.page.getByText('You log in with grace@shop.example.').waitFor()
    await join(guest.page)
    await guest.page.getByRole('navigation', { name: 'Conversations' }).waitFor()
    expect(new URL(guest.page.url()).hash).toBe('')
    await guest.page.goto(`${server.url}/inbox/settings/team`)
    await guest.page.getByText('This is for admins').waitFor()

    await admin.page.reload()
    await admin.page.getByLabel('Role of Grace').selectOption('admin')
    await expect.poll(() => admin.page.getByLabel('Role of Grace').inputValue()).toBe('admin')
    await guest.page.reload()
    await guest.page.getByRole('button', { name: 'Remove Grace' }).waitFor()
    // Of an owner an admin decides nothing, and makes none.
    expect(await guest.page.getByRole('button', { name: 'Remove Administrator' }).count()).toBe(0)
    expect(await guest.page.getByLabel('Role of Grace').getByRole('option').allTextContents()).toEqual([
      'Agent',
      'Admin',
    ])

    await admin.page.getByRole('button', { name: 'Remove Grace' }).click()
    await admin.page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click()
    await admin.page.getByRole('button', { name: 'Remove Grace' }).click()
    await admin.page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click()
    await admin.page.getByText('grace@shop.example').waitFor({ state: 'detached' })
    await guest.page.getByText('Your session has ended.').waitFor()
    const again = { email: 'grace@shop.example', password: 'correct horse battery' }
    expect((await call(`${server.url}/api/agent/login`, { body: again })).status).not.toBe(200)
    expect([...admin.complaints, ...guest.complaints]).toEqual([])
  })

  it('[SET18] sends the token of an invitation in no address', async () => {
    await openTeam()
    const link = await invite('grace@shop.example')
    const token = new URL(link).hash.slice(1)
    expect(token).toMatch(/^[\w-]{43}$/)
    const addresses: string[] = []
    for (const { page } of [admin, guest]) page.on('request', (request) => addresses.push(request.url()))
    await follow(guest.page, link)
    await join(guest.page)
    await guest.page.getByRole('navigation', { name: 'Conversations' }).waitFor()
    expect(addresses.some((address) => address.endsWith('/api/invitation/accept'))).toBe(true)
    expect(addresses.filter((address) => new URL(address).pathname.includes(token))).toEqual([])
    expect(addresses.filter((address) => new URL(address).search.includes(token))).toEqual([])
  })

  it('[SET19] says of a link or a password that is no good what it is, and what to do', async () => {
    const { page } = guest
    await openTeam()
    const link = await invite('grace@shop.example')
    await follow(page, link.slice(0, -5))
    expect(await problem(page)).toContain('This link is not whole')
    await follow(page, link)
    await join(page, 'short', 'shorter')
    await page.getByText('At least 12 characters.').waitFor()
    await page.getByText('The two passwords are not the same.').waitFor()
    await join(page, 'qwerty123456', 'qwerty123456')
    await page.getByText('That password is too easily guessed').waitFor()
    await join(page)
    await page.getByRole('navigation', { name: 'Conversations' }).waitFor()
    await follow(page, link)
    expect(await problem(page)).toContain('This invitation is not open')

    const revoked = await invite('alan@shop.example')
    await admin.page.getByRole('button', { name: 'Revoke the invitation of alan@shop.example' }).click()
    await admin.page.getByText('No invitation is open.').waitFor()
    expect(await admin.page.getByText('Send this link').count()).toBe(0)
    await follow(page, revoked)
    expect(await problem(page)).toContain('Ask whoever invited you for another one.')
  })

  it('[SET20] leaves the last owner one, and says why', async () => {
    await addAgent(server, 'Bo')
    await openTeam()
    const { page } = admin
    expect(await page.getByLabel('Role of Administrator').isDisabled()).toBe(true)
    expect(await page.getByRole('button', { name: 'Remove Administrator' }).isDisabled()).toBe(true)
    await page.getByText('The last owner stays one. Make somebody else an owner first.').waitFor()
    await page.getByLabel('Role of Bo').selectOption('owner')
    await page.getByText('The last owner stays one.').waitFor({ state: 'detached' })
    // Whoever steps down sees from then on what an agent sees.
    await page.getByLabel('Role of Administrator').selectOption('agent')
    await page.getByText('This is for admins').waitFor()
  })

  it('[SET21] tells an address that cannot log in or is taken from one that can be invited', async () => {
    await addAgent(server, 'Bo')
    await openTeam()
    const { page } = admin
    const send = async (email: string) => {
      await page.getByLabel('E-mail address').fill(email)
      await page.getByRole('button', { name: 'Create link' }).click()
    }
    await send('not an address')
    await page.getByText('This is no e-mail address that can log in.').waitFor()
    await send('bo@shop.example')
    await page.getByText('has this address already').waitFor()
    await send('grace@shop.example')
    await page.getByText('Send this link to grace@shop.example.').waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
  })
})
