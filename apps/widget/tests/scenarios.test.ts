import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildServer, type SpawnedServer, spawnServer } from '../../server/tests/spawn-server.ts'
import { storedBeside } from '../../server/tests/stored-messages.ts'
import { launchBrowser } from './browser.ts'
import { type ChatPage, openChatPage } from './chat-page.ts'
import { isSent, justRenewed, pause, until } from './waiting.ts'

let browser: Browser
const servers: SpawnedServer[] = []

async function serverWithTokensOf(seconds: number): Promise<SpawnedServer> {
  const server = await spawnServer({ env: { ORG_TOKEN_LIFETIME_SECONDS: String(seconds) } })
  servers.push(server)
  return server
}

const inOrder = (contents: readonly string[]) => contents.map((content, n) => ({ content, sequence: n + 1 }))

/** Whatever else a scenario shows: nothing of ours threw, no page was reloaded, and no write was refused. */
function expectUnharmed(chat: ChatPage) {
  expect(chat.errors).toEqual([])
  expect(chat.writes.filter(({ status }) => status >= 400)).toEqual([])
}

const statuses = async (chat: ChatPage) => (await chat.banner()).map(({ status }) => status)

beforeAll(async () => {
  buildServer()
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser.close()
  await Promise.all(servers.map((server) => server.remove()))
})

describe('the seven scenarios, in a real browser', () => {
  it('[SC1] token parsing: the expiry in the console is the one in the token (S02, S14)', async () => {
    const server = await serverWithTokensOf(300)
    const chat = await openChatPage(browser, `${server.url}/demo`)
    await until('the bootloader call', () => chat.bootloaderCalls[0]?.expiresAtMs !== undefined)
    const expiresAt = new Date(chat.bootloaderCalls[0]?.expiresAtMs ?? 0).toISOString()
    await until('the console line', () => chat.consoleLines.length > 0)
    expect(chat.consoleLines).toEqual([`\u2705 Org token cached, expires at ${expiresAt}`])
    await chat.close()
  })

  it('[SC2] normal flow: messages go at once, with no renewal, no banner and no needless bootloader call (S01, S12)', async () => {
    const server = await serverWithTokensOf(300)
    const chat = await openChatPage(browser, `${server.url}/demo`)
    await chat.open()
    for (const text of ['normal 1', 'normal 2']) {
      await chat.send(text)
      await isSent(chat, text)
    }
    await pause(1_000)
    expect(storedBeside(server, 'normal 1')).toEqual(inOrder(['normal 1', 'normal 2']))
    expect(chat.bootloaderCalls).toHaveLength(1)
    expect(await statuses(chat)).toEqual([])
    expectUnharmed(chat)
    await chat.close()
  })

  it('[SC3] renewal after expiry: a blue banner for at least 400 ms, then the message (S10, S12)', async () => {
    const server = await serverWithTokensOf(10)
    const chat = await openChatPage(browser, `${server.url}/demo`)
    await chat.open()
    await chat.send('before the lid closed')
    await isSent(chat, 'before the lid closed')
    await justRenewed(chat)
    const before = chat.bootloaderCalls.length
    const letBootloaderAnswer = await holdBootloader(chat)
    await chat.sleep(12_000)
    await chat.send('after the lid opened')
    await until('the blue banner', async () => (await statuses(chat)).includes('refreshing'))
    expect(await chat.shown('sent')).toEqual(['before the lid closed'])
    letBootloaderAnswer()
    await isSent(chat, 'after the lid opened')
    await until('the end of the banner', async () => (await statuses(chat)).length >= 2)
    expect(chat.bootloaderCalls.length - before).toBe(1)
    const [shown, gone] = await chat.banner()
    expect([shown?.status, gone?.status]).toEqual(['refreshing', ''])
    // What the page's frames saw of the 400 ms: the first of them comes late on a busy machine.
    expect((gone?.atMs ?? 0) - (shown?.atMs ?? 0)).toBeGreaterThan(200)
    expect(storedBeside(server, 'after the lid opened')).toEqual(
      inOrder(['before the lid closed', 'after the lid opened']),
    )
    expectUnharmed(chat)
    await chat.close()
  })

  it('[SC4] three quick messages on an expired token: one bootloader call, one banner, three rows in order (S05, S06, S12)', async () => {
    const server = await serverWithTokensOf(10)
    const chat = await openChatPage(browser, `${server.url}/demo`)
    await chat.open()
    await justRenewed(chat)
    const before = chat.bootloaderCalls.length
    const letBootloaderAnswer = await holdBootloader(chat)
    await chat.sleep(12_000)
    const texts = ['quick 1', 'quick 2', 'quick 3']
    for (const text of texts) await chat.send(text)
    await until('three messages on their way', async () => (await chat.shown('sending')).length === 3)
    letBootloaderAnswer()
    for (const text of texts) await isSent(chat, text)
    await until('the end of the banner', async () => (await statuses(chat)).length >= 2)
    expect(storedBeside(server, 'quick 1')).toEqual(inOrder(texts))
    expect(await statuses(chat)).toEqual(['refreshing', ''])
    expect(chat.bootloaderCalls.length - before).toBe(1)
    expectUnharmed(chat)
    await chat.close()
  })

  it('[SC5] network cut for 30 s: one red banner for 3 s, three messages that say they wait, then three rows in order and no error left (S08, S11)', async () => {
    const server = await serverWithTokensOf(5)
    const chat = await openChatPage(browser, `${server.url}/demo`)
    await chat.open()
    await pause(1_000)
    await chat.page.context().setOffline(true)
    // Long enough for the token to run out.
    await pause(5_000)
    const texts = ['offline 1', 'offline 2', 'offline 3']
    for (const text of texts) await chat.send(text)
    await until('the red banner', async () => (await statuses(chat)).includes('error'))
    await until('three messages that wait', async () => (await chat.shown('waiting')).length === 3)
    expect(await chat.page.locator('.message.own .note').allTextContents()).toEqual(
      texts.map(() => expect.stringContaining('Waiting, will be sent') as string),
    )
    await pause(25_000)
    const reds = (await chat.banner()).filter(({ status }) => status === 'error')
    expect(reds).toHaveLength(1)
    expect(await chat.shown('waiting')).toEqual(texts)
    await chat.page.context().setOffline(false)
    for (const text of texts) await isSent(chat, text)
    await until('no banner', async () => (await statuses(chat)).at(-1) === '')
    const changes = await chat.banner()
    const red = changes.findIndex(({ status }) => status === 'error')
    const redMs = (changes[red + 1]?.atMs ?? Infinity) - (changes[red]?.atMs ?? 0)
    expect(redMs).toBeGreaterThanOrEqual(2_900)
    expect(storedBeside(server, 'offline 1')).toEqual(inOrder(texts))
    expect(await chat.page.locator('.message.failed, .connection-status.error').count()).toBe(0)
    expectUnharmed(chat)
    await chat.close()
  })

  it('[SC6] long session: a message every 2 s over eight lives of a token, several renewals, no reload (S13)', async () => {
    const server = await serverWithTokensOf(5)
    const chat = await openChatPage(browser, `${server.url}/demo`)
    await chat.open()
    const texts = Array.from({ length: 20 }, (_, n) => `long ${n + 1}`)
    for (const text of texts) {
      await chat.send(text)
      await pause(2_000)
    }
    await isSent(chat, texts.at(-1) ?? '')
    expect(storedBeside(server, 'long 1')).toEqual(inOrder(texts))
    expect(chat.bootloaderCalls.length).toBeGreaterThanOrEqual(8)
    // Claims are whole seconds, so 4 to 5 s of life are left, and two thirds of them pass before a renewal: never two within one life.
    const gapsMs = chat.bootloaderCalls.slice(1).map(({ atMs }, n) => atMs - (chat.bootloaderCalls[n]?.atMs ?? 0))
    expect(Math.min(...gapsMs)).toBeGreaterThan(2_400)
    expect(await chat.page.evaluate(() => performance.getEntriesByType('navigation').length)).toBe(1)
    expect(await statuses(chat)).not.toContain('error')
    expectUnharmed(chat)
    await chat.close()
  })

  it('[SC7] proactive: with a minute to live each token is renewed at least 15 s before it expires, unseen, and no write is refused (S07, S09, S21)', async () => {
    const server = await serverWithTokensOf(60)
    const chat = await openChatPage(browser, `${server.url}/demo`)
    await chat.open()
    await until('the first renewal', () => chat.bootloaderCalls.length >= 2, 60_000)
    await chat.send('after the renewal')
    await isSent(chat, 'after the renewal')
    const [first, second] = chat.bootloaderCalls
    const leadMs = (first?.expiresAtMs ?? 0) - (second?.atMs ?? Infinity)
    expect(leadMs).toBeGreaterThanOrEqual(14_000)
    expect(leadMs).toBeLessThanOrEqual(25_000)
    expect(await statuses(chat)).toEqual([])
    expect(storedBeside(server, 'after the renewal')).toEqual(inOrder(['after the renewal']))
    expectUnharmed(chat)
    await chat.close()
  })
})

/** Keeps bootloader calls waiting, however long this machine takes to type, until the returned function is called. */
async function holdBootloader(chat: ChatPage): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  await chat.page.route('**/api/bootloader', async (route) => {
    await promise
    await route.continue()
  })
  return () => {
    resolve(undefined)
  }
}
