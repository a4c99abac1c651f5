import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AgentLogin, call, logIn } from '../../server/tests/api-client.ts'
import { FaultProxy } from '../../server/tests/faults/fault-proxy.ts'
import { noSockets } from '../../server/tests/faults/faulty-chat.ts'
import { buildServer, type SpawnedServer, spawnServer } from '../../server/tests/spawn-server.ts'
import { launchBrowser } from './browser.ts'
import { buildWidget } from './build.ts'
import { type ChatPage, openTab } from './chat-page.ts'
import { isSent, pause, until } from './waiting.ts'

let browser: Browser
let server: SpawnedServer
let proxy: FaultProxy
let agent: AgentLogin

beforeAll(async () => {
  buildWidget()
  buildServer()
  server = await spawnServer()
  proxy = await FaultProxy.open(server.url)
  browser = await launchBrowser()
  agent = await logIn(server.url, server.admin)
})
afterAll(async () => {
  await browser.close()
  await proxy.close()
  await server.remove()
})

/** Sockets that the server has, and no client has left. */
async function openSockets(): Promise<number> {
  const states = proxy.lines.map(({ leftByClient }) =>
    Promise.race([leftByClient.then(() => 0), pause(1).then(() => 1)]),
  )
  return (await Promise.all(states)).reduce<number>((sum, each) => sum + each, 0)
}

/** Runs in the page before anything else: counts what would sound. */
function countTones() {
  class Counted extends AudioContext {
    constructor() {
      super()
      const page = globalThis as { tones?: number }
      page.tones = (page.tones ?? 0) + 1
    }
  }
  Object.assign(globalThis, { AudioContext: Counted })
}

let answers = 0

/** The agent answers in the newest conversation. */
async function answer(): Promise<string> {
  const { headers } = agent
  const { body } = await call(`${server.url}/api/agent/conversations`, { headers })
  const [conversation] = body['conversations'] as { id: string }[]
  const content = `answer ${++answers}`
  await call(`${server.url}/api/agent/conversations/${conversation?.id}/messages`, {
    headers,
    body: { role: 'agent', content },
  })
  return content
}

/** Every tab shows it. Gives how long that took the slowest, in ms, as seen from here. */
async function shownIn(tabs: readonly ChatPage[], text: string, withinMs = 20_000): Promise<number> {
  const sinceMs = performance.now()
  const isShown = async ({ page }: ChatPage) => (await page.locator('.message p').allTextContents()).includes(text)
  await Promise.all(tabs.map((tab) => until(`"${text}" in every tab`, () => isShown(tab), withinMs)))
  return Math.round(performance.now() - sinceMs)
}

describe('the socket of all tabs of one visitor, in a real browser', { timeout: 240_000 }, () => {
  it('[TB6] is one, whichever tab is closed or hangs, and every tab shows every message', async () => {
    const context = await browser.newContext()
    const url = `${proxy.url.replace('127.0.0.1', 'localhost')}/demo`
    const openOne = async () => {
      const tab = await openTab(browser, context, url)
      await tab.open()
      return tab
    }
    const first = await openOne()
    expect(await openSockets()).toBe(0)
    await first.send('is anybody there?')
    await isSent(first, 'is anybody there?')
    const others = [await openOne(), await openOne(), await openOne(), await openOne()]
    const [second, ...rest] = others
    if (!second) throw new Error('there is one tab only')
    await until('one socket', async () => (await openSockets()) === 1)
    const tookMs = await shownIn([first, ...others], await answer())
    expect(await openSockets()).toBe(1)
    expect(proxy.lines).toHaveLength(1)

    await first.close()
    await until('another socket', async () => proxy.lines.length === 2 && (await openSockets()) === 1)
    await shownIn(others, await answer())

    const leads = async ({ page }: ChatPage) =>
      page.evaluate(async () => {
        const { clientId } = (await navigator.locks.query()).held?.find(({ name }) => name?.includes('/line')) ?? {}
        const own = await new Promise<string | undefined>((resolve) => {
          void navigator.locks.request('own', async () => {
            resolve((await navigator.locks.query()).held?.find(({ name }) => name === 'own')?.clientId)
          })
        })
        return clientId === own
      })
    const leading = []
    for (const tab of others) if (await leads(tab)) leading.push(tab)
    expect(leading).toHaveLength(1)
    const leader = leading[0] ?? second
    const awake = [second, ...rest].filter((tab) => tab !== leader)
    await leader.findProcess()
    const openLid = leader.shutLid()
    const stoppedMs = await shownIn(awake, await answer(), 60_000)
    openLid()
    await shownIn([second, ...rest], await answer())
    await until('one socket again', async () => (await openSockets()) === 1)
    console.log(
      `an answer is in five tabs after ${tookMs} ms, after ${stoppedMs} ms where the tab with the socket hangs`,
    )
    for (const { errors } of [first, ...others]) expect(errors).toEqual([])
    await context.close()
    await until('no socket', async () => (await openSockets()) === 0)
  })

  it('[TB7] brings one sound for an answer that nobody sees, and none where it is seen or switched off', async () => {
    const open = async (scripts: readonly (() => void)[]) => {
      const context = await browser.newContext()
      for (const script of scripts) await context.addInitScript(script)
      const tabs: ChatPage[] = []
      while (tabs.length < 3) {
        const tab = await openTab(browser, context, `${server.url}/demo`)
        await tab.open()
        tabs.push(tab)
      }
      await tabs[0]?.send('hello')
      if (tabs[0]) await isSent(tabs[0], 'hello')
      const tones = async () => {
        const counts = await Promise.all(
          tabs.map(({ page }) => page.evaluate(() => (globalThis as { tones?: number }).tones)),
        )
        return counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)
      }
      await shownIn(tabs, await answer())
      await pause(1_000)
      expect(await tones()).toBe(0)
      for (const { page } of tabs) await page.keyboard.press('Escape')
      return { context, tabs, tones }
    }
    const loud = await open([countTones])
    await shownIn(loud.tabs, await answer())
    await until('a sound', async () => (await loud.tones()) > 0)
    await pause(1_000)
    expect(await loud.tones()).toBe(1)
    for (const { errors } of loud.tabs) expect(errors).toEqual([])
    await loud.context.close()
    const muted = await open([countTones, () => Object.assign(globalThis, { helvinoSettings: { sound: false } })])
    await shownIn(muted.tabs, await answer())
    await pause(2_000)
    expect(await muted.tones()).toBe(0)
    await muted.context.close()
  })

  it('[TB8] is done without where none gets through: two tabs show an answer that one of them has asked for', async () => {
    const blocked = await FaultProxy.open(server.url)
    blocked.meet = noSockets
    const context = await browser.newContext()
    const url = `${blocked.url.replace('127.0.0.1', 'localhost')}/demo`
    const tabs = [await openTab(browser, context, url), await openTab(browser, context, url)]
    for (const tab of tabs) await tab.open()
    await tabs[0]?.send('through a narrow door')
    if (tabs[0]) await isSent(tabs[0], 'through a narrow door')
    const held = () => blocked.exchanges.filter(({ query }) => query.includes('waitMs='))
    await until('a held request', () => held().length > 0, 60_000)
    for (let n = 0; n < 3; n += 1) await shownIn(tabs, await answer(), 60_000)
    const reads = blocked.exchanges.filter(({ method, path }) => method === 'GET' && path.endsWith('/messages'))
    console.log(`three answers in two tabs by ${held().length} held requests of ${reads.length}`)
    expect(blocked.lines).toHaveLength(0)
    await context.close()
    await blocked.close()
  })
})
