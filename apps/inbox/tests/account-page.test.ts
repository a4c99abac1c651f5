import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addAgent } from '../../server/tests/add-agent.ts'
import { codeOfUri } from '../../server/tests/authenticator.ts'
import { type SpawnedServer, spawnServer } from '../../server/tests/spawn-server.ts'
import { adminOf, findings, launchBrowser, logInAt, narrow, openPerson, type Person, wide } from './inbox-page.ts'

let server: SpawnedServer
let browser: Browser
let person: Person

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

beforeEach(async () => {
  server = await spawnServer()
  person = await openPerson(browser)
})
afterEach(async () => {
  await person.context.close()
  await server.remove()
})

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

/** What the checker finds on a light and a dark system, on a desk and on a phone. */
async function findingsEverywhere(page: Page): Promise<readonly string[]> {
  const found: string[] = []
  for (const [colorScheme, viewport] of [
    ['light', wide],
    ['dark', narrow],
  ] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize(viewport)
    found.push(...(await findings(page)))
  }
  await page.setViewportSize(wide)
  return found
}

/** Turns it on with the button that says so; what an app reads, as an address. */
async function turnOn(page: Page, password: string): Promise<string> {
  await button(page, 'Turn on').click()
  await page.getByLabel('Your password now').first().fill(password)
  await button(page, 'Go on').click()
  const secret = await page.getByLabel('Secret for the app', { exact: true }).innerText()
  const app = `otpauth://totp/x?secret=${secret.replaceAll(' ', '')}`
  await page.getByLabel('Code that the app shows').fill(codeOfUri(app))
  await button(page, 'Confirm').click()
  await button(page, 'I have kept them').click()
  return app
}

describe('one’s own login in a browser', { timeout: 200_000 }, () => {
  it('[TW8] is protected by a code, opened with it, and freed again; the checker finds nothing on the way', async () => {
    const { page } = person
    const login = adminOf(server)
    await logInAt(page, `${server.url}/inbox/settings/account`, login)
    await button(page, 'Turn on').click()
    await page.getByLabel('Your password now').first().fill('not the password')
    await button(page, 'Go on').click()
    await page.getByText('That is not your password.').waitFor()
    await page.getByLabel('Your password now').first().fill(login.password)
    await button(page, 'Go on').click()
    await page.getByRole('img', { name: 'Square code for your authenticator app' }).waitFor()
    expect(await findingsEverywhere(page)).toEqual([])
    const secret = (await page.getByLabel('Secret for the app', { exact: true }).innerText()).replaceAll(' ', '')
    const app = `otpauth://totp/x?secret=${secret}`
    await page.getByLabel('Code that the app shows').fill(codeOfUri(app))
    await button(page, 'Confirm').click()
    const codes = (await page.getByLabel('Backup codes', { exact: true }).innerText()).split('\n')
    expect(codes).toHaveLength(10)
    expect(await findingsEverywhere(page)).toEqual([])
    await button(page, 'I have kept them').click()
    await page.getByText('Your login asks for a code').waitFor()

    await button(page, 'Log out').click()
    await page.getByLabel('E-mail').fill(login.email)
    await page.getByLabel('Password', { exact: true }).fill(login.password)
    await button(page, 'Log in').click()
    const code = page.getByLabel('Code of your authenticator app')
    await code.fill('000000')
    expect(await findingsEverywhere(page)).toEqual([])
    await button(page, 'Log in').click()
    await page.getByText('That code is not right').waitFor()
    await code.fill(codes[0] ?? '')
    await button(page, 'Log in').click()

    await page.getByLabel('Settings').or(button(page, 'Turn off')).first().waitFor()
    await button(page, 'Turn off').click()
    await page.getByLabel('Your password now').first().fill(login.password)
    await page.getByLabel('Code of the app, or a backup code').fill(codeOfUri(app))
    await button(page, 'Turn off').click()
    await page.getByText('Your login asks for your password only.').waitFor()
    // The refused tries are what the browser reports.
    expect(person.complaints.filter((line) => !line.includes('403'))).toEqual([])
  })

  it('[TW10] is demanded of everybody on the team’s page; who has none sets it up and is in', async () => {
    const { page } = person
    const grace = await openPerson(browser)
    const { email, password } = await addAgent(server, 'Grace')
    const login = adminOf(server)
    await logInAt(grace.page, `${server.url}/inbox`, { email, password })
    await logInAt(page, `${server.url}/inbox/settings/team`, login)
    await page.getByText('Turn it on for your own login first').waitFor()
    expect(await button(page, 'Ask everybody for a code').isDisabled()).toBe(true)
    await page.goto(`${server.url}/inbox/settings/account`)
    await turnOn(page, login.password)
    await page.goto(`${server.url}/inbox/settings/team`)
    await button(page, 'Ask everybody for a code').click()
    await page.getByText('Who has none (1) is logged out now').waitFor()
    expect(await findingsEverywhere(page)).toEqual([])
    await page.getByRole('alertdialog').getByRole('button', { name: 'Ask everybody for a code' }).click()
    await page.getByText('Every member’s login asks for a code').waitFor()

    await grace.page.getByText('Your session has ended.').waitFor()
    await grace.page.getByLabel('E-mail').fill(email)
    await grace.page.getByLabel('Password', { exact: true }).fill(password)
    await button(grace.page, 'Log in').click()
    await grace.page.getByRole('heading', { name: 'One step before you go on' }).waitFor()
    expect(await findingsEverywhere(grace.page)).toEqual([])
    // Coming back changes nothing.
    await grace.page.reload()
    const app = await turnOn(grace.page, password)
    await grace.page.getByRole('navigation', { name: 'Conversations' }).waitFor()

    await grace.page.goto(`${server.url}/inbox/settings/account`)
    await button(grace.page, 'Turn off').click()
    await grace.page.getByLabel('Your password now').first().fill(password)
    await grace.page.getByLabel('Code of the app, or a backup code').fill(codeOfUri(app))
    await button(grace.page, 'Turn off').click()
    await grace.page.getByText('Your organisation asks for it: it stays on.').waitFor()
    await page.reload()
    await button(page, 'Ask no more').click()
    await page.getByText('Each member decides for themselves').waitFor()
    await grace.context.close()
  })

  it('[SO6] in the inbox ends the logins elsewhere, or all; an admin reads of it and signs others out', async () => {
    const { page } = person
    const elsewhere = await openPerson(browser)
    const grace = await openPerson(browser)
    const login = adminOf(server)
    await logInAt(elsewhere.page, `${server.url}/inbox`, login)
    await logInAt(grace.page, `${server.url}/inbox`, await addAgent(server, 'Grace'))
    await logInAt(page, `${server.url}/inbox/settings/account`, login)
    await button(page, 'Sign out everywhere else').click()
    await page.getByText('You are signed out everywhere else.').waitFor()
    await elsewhere.page.getByText('Your session has ended.').waitFor()
    await page.getByRole('navigation', { name: 'Pages of the settings' }).getByRole('link', { name: 'Team' }).click()
    await button(page, 'Sign out Grace everywhere').click()
    await button(page, 'Signed out').waitFor()
    await grace.page.getByText('Your session has ended.').waitFor()
    await page
      .getByRole('navigation', { name: 'Pages of the settings' })
      .getByRole('link', { name: 'Activity' })
      .click()
    await page.getByText('Signed grace@shop.example out everywhere').waitFor()
    await page.getByRole('link', { name: 'Administrator' }).click()
    await button(page, 'Sign out everywhere').click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Sign out everywhere' }).click()
    await button(page, 'Log in').waitFor()
    await elsewhere.context.close()
    await grace.context.close()
  })
})
