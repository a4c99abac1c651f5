import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, logIn } from '../../server/tests/api-client.ts'
import { signIdentity } from '../../server/tests/sign-identity.ts'
import { buildServer, type SpawnedServer, spawnServer } from '../../server/tests/spawn-server.ts'
import '../src/helvino-global.ts'
import { launchBrowser } from './browser.ts'
import { buildWidget } from './build.ts'
import { type ChatPage, openTab } from './chat-page.ts'
import { isSent, pause, until } from './waiting.ts'

let server: SpawnedServer
let browser: Browser
let secret: string

beforeAll(async () => {
  buildWidget()
  buildServer()
  server = await spawnServer()
  browser = await launchBrowser()
  const { headers } = await logIn(server.url, server.admin)
  secret = String((await call(`${server.url}/api/agent/identity`, { headers })).body['secret'])
})
afterAll(async () => {
  await browser.close()
  await server.remove()
})

const tokenOf = (sub: string, seconds = 3_600) =>
  signIdentity(secret, { sub, exp: Math.floor(Date.now() / 1_000) + seconds })

const identify = (page: Page, sub: string) =>
  page.evaluate(({ token, userId }) => window.Helvino!.identify({ token, userId }), {
    token: tokenOf(sub),
    userId: sub,
  })

/** Everything that is stored, by the visitor whose conversation it is in. */
function stored(): { visitor: string; content: string; sequence: number }[] {
  const database = new Sqlite(join(server.dataFolder, 'helvino.db'), { readonly: true })
  try {
    return database
      .prepare<[], { visitor: string; content: string; sequence: number }>(
        `SELECT visitor_id AS visitor, content, sequence FROM messages JOIN conversations
          ON conversations.id = messages.conversation_id ORDER BY visitor_id, sequence`,
      )
      .all()
  } finally {
    database.close()
  }
}

const shownTexts = ({ page }: ChatPage) => page.locator('.message.own p').allTextContents()

describe('somebody who signs in to the site', () => {
  it('[JF10] what A has not sent stays unseen while B is there, and goes once and in order when A is back', async () => {
    const context = await browser.newContext()
    const chat = await openTab(browser, context, `${server.url}/demo`)
    const { page } = chat
    await identify(page, 'user-a')
    await chat.open()
    await chat.send('a says hello')
    await isSent(chat, 'a says hello')
    await context.setOffline(true)
    await chat.send('a first')
    await chat.send('a second')
    await until('two wait', async () => (await chat.shown('waiting')).length === 2)
    await page.evaluate(() => window.Helvino!.reset())
    await until('nothing of A', async () => (await shownTexts(chat)).length === 0)
    await identify(page, 'user-b')
    await context.setOffline(false)
    await page.locator('.composer textarea').waitFor()
    await chat.send('b says hello')
    await isSent(chat, 'b says hello')
    await pause(2_000)
    expect(await shownTexts(chat)).toEqual(['b says hello'])
    expect(
      stored()
        .map(({ content }) => content)
        .sort(),
    ).toEqual(['a says hello', 'b says hello'])
    await identify(page, 'user-a')
    await isSent(chat, 'a second')
    await until('all of A', async () => (await shownTexts(chat)).length === 3)
    expect(await shownTexts(chat)).toEqual(['a says hello', 'a first', 'a second'])
    const rows = stored()
    const ofA = rows.find(({ content }) => content === 'a first')?.visitor
    expect(ofA).toMatch(/^u_/)
    expect(rows.filter(({ visitor }) => visitor === ofA)).toEqual(
      ['a says hello', 'a first', 'a second'].map((content, n) => ({ visitor: ofA, content, sequence: n + 1 })),
    )
    expect(rows).toHaveLength(4)
    expect(chat.errors).toEqual([])
    await context.close()
  })

  it('[JF11] two tabs of one browser may be two people, and neither sees the other', async () => {
    const context = await browser.newContext()
    const tabs = [
      await openTab(browser, context, `${server.url}/demo`),
      await openTab(browser, context, `${server.url}/demo`),
    ]
    for (const [n, tab] of tabs.entries()) {
      await identify(tab.page, `tab-${String(n)}`)
      await tab.open()
      await tab.send(`from tab ${String(n)}`)
      await isSent(tab, `from tab ${String(n)}`)
    }
    await pause(1_000)
    for (const [n, tab] of tabs.entries()) expect(await shownTexts(tab)).toEqual([`from tab ${String(n)}`])
    await context.close()
  })

  it('[JF12] getToken is asked again when a token was refused, and an identity that is not true is an error for the page', async () => {
    const context = await browser.newContext()
    const chat = await openTab(browser, context, `${server.url}/demo`)
    const tokens = ['a.b.c', tokenOf('user-c', -5), tokenOf('user-d'), tokenOf('user-c')]
    await chat.page.exposeFunction('nextToken', () => tokens.shift() ?? '')
    await chat.page.evaluate(() => {
      const codes: string[] = []
      Object.assign(globalThis, { codes })
      window.Helvino!.on('error', ({ code }) => codes.push(code))
      const getToken = () => (globalThis as unknown as { nextToken(): Promise<string> }).nextToken()
      window.Helvino!.identify({ userId: 'user-c', getToken })
    })
    await chat.open()
    await chat.send('c at last')
    await isSent(chat, 'c at last')
    expect(tokens).toEqual([])
    expect(await chat.page.evaluate(() => (globalThis as unknown as { codes: string[] }).codes)).toEqual([
      'token_unavailable',
      'identity_invalid',
      'token_unavailable',
    ])
    await context.close()
  })
})
