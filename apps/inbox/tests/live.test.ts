import { type Browser, chromium } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findChromium } from '../../../tools/chromium.mjs'
import { addAgent } from '../../server/tests/add-agent.ts'
import { openVisitor, postText, type Visitor } from '../../server/tests/api-client.ts'
import { SocketClient } from '../../server/tests/socket-client.ts'
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

async function openBob(): Promise<InboxPage> {
  const bob = await InboxPage.open(browser, server.url)
  await bob.logIn(logins.bob)
  return bob
}

const gone = { state: 'detached' } as const

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

describe('colleagues and visitors', () => {
  it('[IN44] are seen while they write, in the thread and in the list, and no longer', async () => {
    const visitor = await visitorSays('Who answers me?')
    const inVisitor = new SocketClient(server.url)
    await inVisitor.hello({ orgToken: visitor.token })
    const bob = await openBob()
    await bob.openThread('Who answers me?')
    await ada.openThread('Who answers me?')

    await bob.composer.pressSequentially('I do')
    await ada.happening.getByText('Bob is answering…').waitFor()
    await ada.row('Bob is answering…').waitFor()
    expect(await bob.happening.getByText('answering').count()).toBe(0)
    const told = await inVisitor.until(({ type }) => type === 'typing')
    expect(told).toEqual({ type: 'typing', conversationId: visitor.conversationId, role: 'agent' })
    await ada.happening.getByText('Bob is answering…').waitFor(gone)

    inVisitor.send({ type: 'typing', conversationId: visitor.conversationId })
    await ada.happening.getByText('The visitor is writing…').waitFor()
    await postText(server.url, visitor, 'Hello?')
    await ada.message('Hello?').waitFor()
    await ada.happening.getByText('The visitor is writing…').waitFor(gone)
    inVisitor.close()
  })

  it('[IN43] who answered since a reply was begun are told of above it, until it is gone', async () => {
    await visitorSays('One question')
    const bob = await openBob()
    await bob.openThread('One question')
    await ada.openThread('One question')
    await ada.say('First from Ada')
    await ada.message('First from Ada').locator('time').waitFor()
    await ada.composer.fill('And more')
    await bob.say('Bob was faster')
    await ada.message('Bob was faster').waitFor()
    await ada.happening.getByText('The team has answered').waitFor()
    await ada.composer.fill('')
    await ada.happening.getByText('The team has answered').waitFor(gone)
  })
})
