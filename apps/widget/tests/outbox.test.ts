import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildServer, type SpawnedServer, spawnServer } from '../../server/tests/spawn-server.ts'
import { storedBeside } from '../../server/tests/stored-messages.ts'
import { launchBrowser } from './browser.ts'
import { type ChatPage, openTab } from './chat-page.ts'
import { createKeptBrowser } from './kept-browser.ts'
import { isSent, pause, until } from './waiting.ts'

let server: SpawnedServer
let shared: Browser

beforeAll(async () => {
  buildServer()
  server = await spawnServer()
  shared = await launchBrowser()
})

afterAll(async () => {
  await shared.close()
  await server.remove()
})

const openChat = async (browser: Browser, context: BrowserContext): Promise<ChatPage> => {
  const chat = await openTab(browser, context, `${server.url}/demo`)
  await chat.open()
  return chat
}

// Chromium writes localStorage to disk 5 s after the first change.
const onDiskWithinMs = 10_000

const inOrder = (contents: readonly string[]) => contents.map((content, n) => ({ content, sequence: n + 1 }))

const isStored = (text: string) =>
  until(`"${text}" stored`, () => storedBeside(server, text).some(({ content }) => content === text), 60_000)

/** Init script. As a browser in which a setting blocks the database. */
function blockDatabase() {
  Object.defineProperty(globalThis, 'indexedDB', {
    get() {
      throw new DOMException('blocked', 'SecurityError')
    },
  })
}

/** Init script. As where a setting blocks every kind of storage. */
function blockStorage() {
  for (const name of ['indexedDB', 'localStorage'])
    Object.defineProperty(globalThis, name, {
      get() {
        throw new DOMException('blocked', 'SecurityError')
      },
    })
}

/** Init script. As a device whose database takes its time: each step is half a second long. */
function slowDatabase() {
  const { put } = IDBObjectStore.prototype
  IDBObjectStore.prototype.put = function (...terms) {
    const dueAtMs = performance.now() + 500
    // A transaction that is asked nothing any more ends: asked until it is time.
    const ask = () => {
      if (performance.now() < dueAtMs) this.count().onsuccess = ask
    }
    ask()
    return put.apply(this, terms)
  }
  IDBTransaction.prototype.commit = () => undefined
}

describe('the outbox on a device', { timeout: 120_000 }, () => {
  it.each([1, 5])(
    '[OD1] a browser that is killed with 20 messages queued has them all arrive once and in order when it is opened again, with %i tabs and no panel opened',
    async (tabs) => {
      const texts = Array.from({ length: 20 }, (_, n) => `${tabs} tabs, text ${n + 1}`)
      const kept = createKeptBrowser()
      try {
        const first = await kept.start()
        const chat = await openChat(first.browser, first.context)
        await first.context.setOffline(true)
        for (const text of texts) await chat.send(text)
        await until('20 messages that wait', async () => (await chat.shown('waiting')).length === 20)
        // What is in the database is on disk at once; the visitor's id and the note beside it follow within seconds.
        await pause(onDiskWithinMs)
        await kept.kill()
        expect(storedBeside(server, texts[0] ?? '')).toEqual([])

        const second = await kept.start()
        const pages = await Promise.all(
          Array.from({ length: tabs }, () => openTab(second.browser, second.context, `${server.url}/demo`)),
        )
        await isStored(texts[19] ?? '')
        expect(storedBeside(server, texts[0] ?? '')).toEqual(inOrder(texts))
        await pages[0]?.open()
        await until('all shown as sent', async () => (await pages[0]?.shown('sent'))?.length === 20)
        expect(pages.flatMap(({ errors }) => errors)).toEqual([])
        const requests = pages.flatMap(({ writes }) => writes).filter(({ url }) => url.includes('/messages'))
        console.log(`${tabs} tabs sent 20 messages in ${requests.length} requests`)
        await kept.kill()
      } finally {
        await kept.remove()
      }
    },
  )

  it('[OD2] a message that waits is seen in every tab, and sent once by whichever lives', async () => {
    const context = await shared.newContext()
    const [one, two] = [await openChat(shared, context), await openChat(shared, context)]
    await context.setOffline(true)
    await one.send('seen in both')
    await until('the message in the other tab', async () => (await two.shown('waiting')).length === 1)
    await one.close()
    await context.setOffline(false)
    await isSent(two, 'seen in both')
    expect(storedBeside(server, 'seen in both')).toEqual(inOrder(['seen in both']))
    expect(two.errors).toEqual([])
    await context.close()
  })

  it('[OD3] where the database is blocked the outbox outlives the page as text', async () => {
    const context = await shared.newContext()
    await context.addInitScript(blockDatabase)
    const chat = await openChat(shared, context)
    await context.setOffline(true)
    await chat.send('as text')
    await until('a message that waits', async () => (await chat.shown('waiting')).length === 1)
    expect(await chat.page.getByText('Not saved on this device').count()).toBe(0)
    await chat.close()
    await context.setOffline(false)
    await openTab(shared, context, `${server.url}/demo`)
    await isStored('as text')
    expect(storedBeside(server, 'as text')).toEqual(inOrder(['as text']))
    await context.close()
  })

  it('[OD4] where nothing can be kept the panel says so while something waits, and sends it all the same', async () => {
    const context = await shared.newContext()
    await context.addInitScript(blockStorage)
    const chat = await openChat(shared, context)
    const note = chat.page.getByText('Not saved on this device')
    await chat.send('first')
    await isSent(chat, 'first')
    expect(await note.count()).toBe(0)
    await context.setOffline(true)
    await chat.send('in memory')
    await note.waitFor()
    await context.setOffline(false)
    await isSent(chat, 'in memory')
    await until('an end of the note', async () => (await note.count()) === 0)
    expect(chat.errors).toEqual([])
    await context.close()
  })

  it('[OD5] nothing of the outbox is stored, and no panel started, before the visitor writes', async () => {
    const context = await shared.newContext()
    const chat = await openTab(shared, context, `${server.url}/demo`)
    await until('the bootloader call', () => chat.bootloaderCalls.length === 1)
    await pause(1_000)
    expect(await chat.page.evaluate(() => indexedDB.databases())).toEqual([])
    expect(await chat.page.evaluate(() => Object.keys(localStorage))).toEqual([])
    await chat.open()
    await chat.send('hello')
    await isSent(chat, 'hello')
    await until('no note', () =>
      chat.page.evaluate(() => !Object.keys(localStorage).some((key) => key.endsWith('/waiting'))),
    )
    await context.close()
  })

  it('[OD8] keeps what is written while the site’s data is being cleared where it kept the rest', async () => {
    const context = await shared.newContext()
    const chat = await openChat(shared, context)
    const session = await context.newCDPSession(chat.page)
    await context.setOffline(true)
    await chat.send('first')
    for (let n = 1; n <= 12; n += 1) {
      const cleared = session.send('Storage.clearDataForOrigin', { origin: server.url, storageTypes: 'indexeddb' })
      await chat.send(`text ${n}`)
      await until(`${n + 1} that wait`, async () => (await chat.shown('waiting')).length === n + 1)
      await cleared
    }
    expect(await chat.page.evaluate(() => Object.keys(localStorage).filter((key) => key.endsWith('/1')))).toEqual([])
    await chat.close()
    await context.setOffline(false)
    await openTab(shared, context, `${server.url}/demo`)
    await isStored('text 12')
    expect(storedBeside(server, 'text 12').map(({ content }) => content)).toEqual([
      'first',
      ...Array.from({ length: 12 }, (_, n) => `text ${n + 1}`),
    ])
    await context.close()
  })

  it('[OD6] a page that shows its chat holds up nobody who deletes the database, and what waits outlives it, as it does a clearing', async () => {
    const context = await shared.newContext()
    const [chat, other] = [await openChat(shared, context), await openChat(shared, context)]
    await context.setOffline(true)
    await chat.send('before')
    await until('one that waits', async () => (await chat.shown('waiting')).length === 1)
    const deleted = await other.page.evaluate(
      () =>
        new Promise((resolve) => {
          const deleting = indexedDB.deleteDatabase('helvino')
          deleting.onblocked = () => resolve('blocked')
          deleting.onsuccess = () => resolve('deleted')
        }),
    )
    expect(deleted).toBe('deleted')
    await chat.send('between')
    await until('two that wait', async () => (await chat.shown('waiting')).length === 2)
    const session = await context.newCDPSession(chat.page)
    await session.send('Storage.clearDataForOrigin', { origin: server.url, storageTypes: 'indexeddb' })
    await chat.send('after')
    await until('three that wait', async () => (await chat.shown('waiting')).length === 3)
    // In the database as before, and not in the next best place.
    expect(await chat.page.evaluate(() => Object.keys(localStorage).filter((key) => key.endsWith('/1')))).toEqual([])
    await other.close()
    await chat.close()
    await context.setOffline(false)
    await openTab(shared, context, `${server.url}/demo`)
    await isStored('after')
    expect(storedBeside(server, 'after')).toEqual(inOrder(['before', 'between', 'after']))
    await context.close()
  })

  it('[OD7] what is typed while a message is being kept stays, and a second Enter sends no text twice', async () => {
    const context = await shared.newContext()
    await context.addInitScript(slowDatabase)
    const chat = await openChat(shared, context)
    const field = chat.page.locator('.composer textarea')
    await field.fill('one')
    await field.press('Enter')
    await field.press('Enter')
    await field.pressSequentially('two')
    await field.press('Enter')
    await field.pressSequentially('three')
    await isSent(chat, 'two')
    expect(await field.inputValue()).toBe('three')
    expect(storedBeside(server, 'one')).toEqual(inOrder(['one', 'two']))
    await context.close()
  })
})
