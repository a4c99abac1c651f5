import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AgentLogin, call, logIn } from '../../server/tests/api-client.ts'
import { FaultProxy } from '../../server/tests/faults/fault-proxy.ts'
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
})
