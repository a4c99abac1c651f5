import { type Browser, chromium } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findChromium } from '../../../tools/chromium.mjs'
import { addAgent } from '../../server/tests/add-agent.ts'
import { openVisitor, postText, type Visitor } from '../../server/tests/api-client.ts'
import { type SpawnedServer, spawnServer } from '../../server/tests/spawn-server.ts'
import { InboxPage, type Login } from './inbox-page.ts'

let server: SpawnedServer
let browser: Browser
let logins: { readonly ada: Login; readonly bob: Login }
let ada: InboxPage

beforeAll(async () => {
  server = await spawnServer()
  logins = { ada: await addAgent(server, 'Ada'), bob: await addAgent(server, 'Bob') }
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
  ada = await InboxPage.open(browser, server.url)
  await ada.logIn(logins.ada)
})

afterEach(async () => {
  for (const context of browser.contexts()) await context.close()
})

async function visitorSays(text: string): Promise<Visitor> {
  const visitor = await openVisitor(server.url)
  expect((await postText(server.url, visitor, text)).status).toBe(201)
  return visitor
}

describe('a draft', () => {
  it('[IN35] outlives a reload and the login, is marked in the list, and is gone once it is sent', async () => {
    await visitorSays('Where is my order?')
    await visitorSays('Something else')
    await ada.openThread('Where is my order?')
    await ada.composer.fill('It left on')
    await ada.page.reload()
    await ada.message('Where is my order?').waitFor()
    expect(await ada.composer.inputValue()).toBe('It left on')
    await ada.openThread('Something else')
    await ada.row('Draft: It left on').click()
    await ada.page.getByRole('button', { name: 'Log out' }).click()
    await ada.logIn(logins.ada)
    await ada.message('Where is my order?').waitFor()
    expect(await ada.composer.inputValue()).toBe('It left on')
    await ada.composer.press('Enter')
    await ada.message('It left on').locator('time').waitFor()
    await ada.openThread('Something else')
    expect(await ada.row('Draft:').count()).toBe(0)
    await ada.page.reload()
    await ada.openThread('It left on')
    expect(await ada.composer.inputValue()).toBe('')
  })

  it('[IN36] is not shown to another agent on the same browser', async () => {
    await visitorSays('A shared desk')
    await ada.openThread('A shared desk')
    await ada.composer.fill('from Ada')
    await ada.page.getByRole('button', { name: 'Log out' }).click()
    await ada.logIn(logins.bob)
    await ada.message('A shared desk').waitFor()
    expect(await ada.composer.inputValue()).toBe('')
  })

  it('[IN38] is the same in the other tab of the agent', async () => {
    await visitorSays('Two tabs')
    await ada.openThread('Two tabs')
    await ada.composer.fill('begun here')
    const other = await ada.openTab()
    await other.row('Draft: begun here').click()
    await other.message('Two tabs').waitFor()
    expect(await other.composer.inputValue()).toBe('begun here')
  })
})
