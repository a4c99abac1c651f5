import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildServer, type SpawnedServer, spawnServer } from '../../server/tests/spawn-server.ts'
import { launchBrowser } from './browser.ts'
import { type BannerChange, type BootloaderCall, type ChatPage, openChatPage, openTab } from './chat-page.ts'
import { startHostPage } from './host-page.ts'
import { isSent, justRenewed, pause, until } from './waiting.ts'

const lifeSeconds = 10
const lifeMs = lifeSeconds * 1_000

type Tabs = readonly [ChatPage, ...ChatPage[]]

let server: SpawnedServer
const browsers: Browser[] = []

/** A test that stops processes needs a browser of its own: it would wake what another test has stopped. */
async function ownBrowser(options?: Parameters<typeof launchBrowser>[0]): Promise<Browser> {
  const browser = await launchBrowser(options)
  browsers.push(browser)
  return browser
}

beforeAll(async () => {
  buildServer()
  server = await spawnServer({ env: { ORG_TOKEN_LIFETIME_SECONDS: String(lifeSeconds) } })
})

afterAll(async () => {
  await Promise.all(browsers.map((browser) => browser.close()))
  await server.remove()
})

/** Init script. A renewal comes at a random place of its range; with the same place each time, counts over the same time can be compared. */
function renewInTheMiddle() {
  Math.random = () => 0.5
}

/** Init script. The widest room between the renewal ahead of time and the moment from which writes wait: 0.8 s with these lives, 15 s and more with those in use. */
function renewEarly() {
  Math.random = () => 0
}

/** Tabs of one visitor, with the panel open in each. The first has opened it before the second comes: from then on the visitor's id is kept. */
async function openTabs(
  browser: Browser,
  count: number,
  { scripts = [], url = `${server.url}/demo` }: { scripts?: readonly (() => void)[]; url?: string } = {},
): Promise<Tabs> {
  const context = await browser.newContext()
  for (const script of scripts) await context.addInitScript(script)
  const openOne = async () => {
    const tab = await openTab(browser, context, url)
    await tab.open()
    return tab
  }
  const tabs: [ChatPage, ...ChatPage[]] = [await openOne()]
  while (tabs.length < count) tabs.push(await openOne())
  return tabs
}

/** The calls of all these tabs, in order of time. */
const callsOf = (tabs: readonly ChatPage[]): readonly BootloaderCall[] =>
  tabs.flatMap(({ bootloaderCalls }) => bootloaderCalls).sort((one, other) => one.atMs - other.atMs)

const callsSince = (tabs: readonly ChatPage[], atMs: number) => callsOf(tabs).filter((call) => call.atMs > atMs)

let texts = 0

/** Each tab in its turn says something, one every so often, until `untilMs`. */
async function talk(tabs: readonly ChatPage[], everyMs: number, untilMs: number): Promise<void> {
  for (let turn = 0; Date.now() < untilMs; turn += 1) {
    texts += 1
    await tabs[turn % tabs.length]?.send(`text ${texts}`)
    await pause(everyMs)
  }
}

const reds = (changes: readonly BannerChange[]) => changes.filter(({ status }) => status === 'error')

/** Every tab held a valid token whenever it needed one: each of its writes left with one, none was refused, and nothing failed. */
async function expectValidThroughout(tabs: readonly ChatPage[]): Promise<void> {
  for (const tab of tabs) {
    await until('an end of the sending', async () => (await tab.shown('sending')).length === 0)
    expect(tab.writes.length).toBeGreaterThan(0)
    expect(tab.writes.filter(({ status }) => status >= 400)).toEqual([])
    expect(tab.writes.filter(({ tokenLeftMs }) => tokenLeftMs === undefined || tokenLeftMs <= 0)).toEqual([])
    expect(reds(await tab.banner())).toEqual([])
    expect(tab.errors).toEqual([])
  }
}

/** Each token was there before the one before it had run out. */
function expectNoGap(calls: readonly BootloaderCall[]): void {
  expect(calls.slice(1).filter(({ atMs }, n) => atMs >= (calls[n]?.expiresAtMs ?? 0))).toEqual([])
}

// Minutes of a token's life cannot be hurried, and all of these run at once.
describe('the tabs of one visitor, in a real browser', { timeout: 240_000 }, () => {
  it.concurrent(
    '[TB1] five tabs over six lives of a token make no more bootloader calls than one tab, and each always has a valid token (S05, S07, S09)',
    async () => {
      const browser = await ownBrowser()
      const watch = async (count: number) => {
        const tabs = await openTabs(browser, count, { scripts: [renewInTheMiddle] })
        await justRenewed(...tabs)
        // From a call on: the next is almost a life away, so what is counted does not hang on where the span begins.
        const startAtMs = callsOf(tabs).at(-1)?.atMs ?? 0
        await talk(tabs, 3_000 / count, startAtMs + 6 * lifeMs)
        const calls = callsSince(tabs, startAtMs).filter(({ atMs }) => atMs <= startAtMs + 6 * lifeMs)
        await expectValidThroughout(tabs)
        expectNoGap(calls)
        await tabs[0].page.context().close()
        return calls.length
      }
      const [one, five] = await Promise.all([watch(1), watch(5)])
      console.log(`bootloader calls over six lives: ${one} by one tab, ${five} by five`)
      expect(one).toBeGreaterThanOrEqual(6)
      expect(five).toBeGreaterThanOrEqual(6)
      expect(five).toBeLessThanOrEqual(one)
    },
  )

  it.concurrent(
    '[TB2] the tab that renews may be closed, frozen or stopped: the others always have a valid token, and when it is back there is at most one call (S05, S07, S09)',
    async () => {
      const browser = await ownBrowser()
      const losses: readonly [string, Loss][] = [
        ['closed', close],
        ['frozen', freeze],
        ['stopped', stop],
        ['stopped while it renews', stopMidway],
      ]
      const groups = await Promise.all(losses.map(() => openTabs(browser, 3)))
      // One after the other, and before anything is stopped: what looks for a process wakes what it passes.
      for (const tab of groups.slice(2).flat()) await tab.findProcess()
      const counts = await Promise.all(
        losses.map(async ([name, lose], n) => {
          const tabs = groups[n]
          return `${name}: ${tabs ? await without(tabs, lose) : 'no tabs'}`
        }),
      )
      console.log(`bootloader calls without the leading tab, and at its return: ${counts.join('; ')}`)
    },
  )

  it.concurrent.for([
    { clock: 'ticks on', scripts: [], isHalted: false },
    { clock: 'stands still', scripts: [haltInSleep], isHalted: true },
  ])(
    '[TB3] the lid is closed for two lives of a token while performance.now() $clock: the first write has a fresh token, after one bootloader call (S10, S12)',
    async ({ scripts, isHalted }) => {
      const chat = await openChatPage(await ownBrowser(), `${server.url}/demo`, scripts)
      await chat.open()
      await chat.send('before the lid closed')
      await isSent(chat, 'before the lid closed')
      const field = chat.page.locator('.composer textarea')
      await field.fill('after the lid opened')
      const elapsedMs = () => chat.page.evaluate(() => performance.now())
      await justRenewed(chat)
      const beforeMs = await elapsedMs()
      const before = chat.bootloaderCalls.length
      const openLid = chat.shutLid()
      // Asked for before the page runs again, so that the key comes early; timers that are overdue may still run before it.
      const pressed = field.press('Enter', { timeout: 60_000 })
      await pause(2 * lifeMs)
      openLid()
      await pressed
      expect((await elapsedMs()) - beforeMs < lifeMs).toBe(isHalted)
      await isSent(chat, 'after the lid opened')
      await pause(2_000)
      expect(chat.bootloaderCalls.length - before).toBe(1)
      await expectValidThroughout([chat])
      expect(chat.writes.at(-1)?.tokenLeftMs).toBeGreaterThan(lifeMs / 4)
      await chat.close()
    },
  )

  it.concurrent(
    '[TB4] a message every 3 s over ten lives of a token: none waits for a renewal (S07, S09, S10)',
    async () => {
      const browser = await ownBrowser()
      const [chat] = await openTabs(browser, 1, { scripts: [renewEarly, traceSends] })
      // Opens the conversation, which only the first message waits for.
      await chat.send('the first')
      await isSent(chat, 'the first')
      // A network that takes its time, so that messages fall into renewals.
      await chat.page.route('**/api/bootloader', async (route) => {
        await pause(300)
        await route.continue()
      })
      await talk([chat], 3_000, Date.now() + 10 * lifeMs)
      await expectValidThroughout([chat])
      const steps = await chat.page.evaluate(() => (globalThis as unknown as { steps: Step[] }).steps)
      const sends = sendsOf(steps).slice(1)
      const longestMs = Math.max(...sends.map(({ waitedMs }) => waitedMs))
      const during = sends.filter(({ isDuringCall }) => isDuringCall).length
      console.log(
        `${sends.length} messages, ${chat.bootloaderCalls.length} bootloader calls, ${during} messages during one, longest from key to request: ${longestMs.toFixed(1)} ms`,
      )
      expect(sends.length).toBeGreaterThanOrEqual(20)
      expect(chat.bootloaderCalls.length).toBeGreaterThanOrEqual(10)
      expect(sends.filter(({ hasWaitedForCall }) => hasWaitedForCall)).toEqual([])
      expect(await chat.banner()).toEqual([])
      await chat.page.context().close()
    },
  )

  it.concurrent(
    '[TB5] a page with an open panel is kept by the back/forward cache while another tab renews, and works again with at most one bootloader call (S13)',
    async () => {
      const browser = await ownBrowser({ hasBackForwardCache: true })
      // A page of the site itself: the demo page is not to be stored, which keeps it out of that cache by itself.
      const host = await startHostPage(server.url)
      const [chat, other] = await openTabs(browser, 2, { url: host.url })
      if (!other) throw new Error('there is one tab only')
      await chat.send('before it was left')
      await isSent(chat, 'before it was left')
      await chat.page.evaluate(() => Object.assign(globalThis, { isSamePage: true }))
      await chat.page.goto(`${server.url}/healthz`)
      // What the other tab says now would throw out a page that still listened.
      await justRenewed(other)
      const before = chat.bootloaderCalls.length
      await chat.page.goBack({ waitUntil: 'commit' })
      await until('the page', () => chat.page.evaluate(() => location.pathname === '/'))
      const reasons = await chat.page.evaluate(() => {
        const [navigation] = performance.getEntriesByType('navigation')
        return JSON.stringify((navigation as unknown as { notRestoredReasons?: unknown }).notRestoredReasons)
      })
      expect(reasons).toBe('null')
      expect(await chat.page.evaluate(() => 'isSamePage' in globalThis)).toBe(true)
      await chat.send('after it was back')
      await isSent(chat, 'after it was back')
      expect(chat.bootloaderCalls.length - before).toBeLessThanOrEqual(1)
      await expectValidThroughout([chat])
      await chat.page.context().close()
      await host.close()
    },
  )
})

/** The tab that renews is lost. */
interface Lost {
  readonly leader: ChatPage
  /** Absent where it does not come back. */
  readonly bringBack?: () => unknown
  /** It keeps the lock for as long as it is away. Each renewal costs the others up to ten seconds of patience then, of which lives in use have more. */
  readonly hadLock?: boolean
}

type Loss = (tabs: Tabs) => Promise<Lost>

/** The tab that has just renewed, once it has given the lock back. */
async function leaderAtRest(tabs: Tabs): Promise<ChatPage> {
  const leader = await justRenewed(...tabs)
  const isFree = () => leader.page.evaluate(async () => (await navigator.locks.query()).held?.length === 0)
  await until('a free lock', isFree)
  return leader
}

const close: Loss = async (tabs) => {
  const leader = await leaderAtRest(tabs)
  await leader.close()
  return { leader }
}

const freeze: Loss = async (tabs) => {
  const leader = await leaderAtRest(tabs)
  const session = await leader.page.context().newCDPSession(leader.page)
  await session.send('Page.setWebLifecycleState', { state: 'frozen' })
  const bringBack = () => session.send('Page.setWebLifecycleState', { state: 'active' })
  return { leader, bringBack }
}

const stop: Loss = async (tabs) => {
  const leader = await leaderAtRest(tabs)
  return { leader, bringBack: leader.shutLid() }
}

const stopMidway: Loss = async (tabs) => {
  await justRenewed(...tabs)
  const { promise, resolve } = Promise.withResolvers<Lost>()
  let isLost = false
  await tabs[0].page.context().route('**/api/bootloader', async (route) => {
    const leader = tabs.find(({ page }) => page === route.request().frame().page())
    if (leader && !isLost) resolve({ leader, bringBack: leader.shutLid(), hadLock: true })
    isLost = true
    await route.continue()
  })
  return promise
}

/** Takes the leading tab away for two and a half lives while the others talk, and brings it back. Gives the calls without it, and at its return. */
async function without(tabs: Tabs, lose: Loss): Promise<string> {
  const { leader, bringBack, hadLock } = await lose(tabs)
  const goneAtMs = callsOf(tabs).at(-1)?.atMs ?? 0
  const [first, ...rest] = tabs.filter((tab) => tab !== leader)
  if (!first) throw new Error('there is no other tab')
  await talk([first, ...rest], 700, goneAtMs + 2.5 * lifeMs)
  // Renewed just now, so that a call in the next seconds is due to the return alone.
  await justRenewed(first, ...rest)
  const alone = callsSince([first, ...rest], goneAtMs)
  if (!hadLock) expectNoGap(callsSince(tabs, goneAtMs - 1))
  expect(alone.length).toBeGreaterThanOrEqual(2)
  await expectValidThroughout([first, ...rest])
  if (!bringBack) return `${alone.length}`
  const backAtMs = Date.now()
  await bringBack()
  await talk(tabs, 300, backAtMs + 3_000)
  const atReturn = callsSince(tabs, backAtMs).filter(({ atMs }) => atMs <= backAtMs + 3_000)
  await expectValidThroughout(tabs)
  expect(atReturn.length).toBeLessThanOrEqual(1)
  return `${alone.length} and ${atReturn.length}`
}

/** Init script. As on systems where the monotonic clock stands still in sleep: what was slept is not in it. */
function haltInSleep() {
  const now = performance.now.bind(performance)
  let sleptMs = 0
  let wallMs = Date.now()
  performance.now = () => {
    const passedMs = Date.now() - wallMs
    wallMs += passedMs
    // Longer than any pause of a busy machine.
    if (passedMs > 8_000) sleptMs += passedMs
    return now() - sleptMs
  }
  setInterval(() => performance.now(), 200)
}

interface Step {
  readonly atMs: number
  /** Enter was pressed; the outbox was written or read; a message's request began; a bootloader call began, or ended. */
  readonly what: 'key' | 'kept' | 'send' | 'call' | 'called'
}

/** Init script. Writes down, by the page's own clock, what may wait for what. */
function traceSends() {
  const steps: Step[] = []
  Object.assign(globalThis, { steps })
  const note = (what: Step['what']) => steps.push({ atMs: performance.now(), what })
  addEventListener(
    'keydown',
    ({ key }) => {
      if (key === 'Enter') note('key')
    },
    true,
  )
  const begin = IDBDatabase.prototype.transaction
  IDBDatabase.prototype.transaction = function (...terms) {
    const transaction = begin.apply(this, terms)
    transaction.addEventListener('complete', () => note('kept'))
    return transaction
  }
  const request = fetch
  globalThis.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input)
    const isCall = url.endsWith('/api/bootloader')
    if (isCall) note('call')
    else if (init?.method === 'POST' && url.endsWith('/messages')) note('send')
    try {
      return await request(input, init)
    } finally {
      if (isCall) note('called')
    }
  }
}

/** What each message went through between the key and its request. They are sent in the order of the keys. */
function sendsOf(steps: readonly Step[]) {
  const keys = steps.flatMap(({ what }, at) => (what === 'key' ? [at] : []))
  const sends = steps.flatMap(({ what }, at) => (what === 'send' ? [at] : []))
  expect(sends).toHaveLength(keys.length)
  return sends.map((sendAt, n) => {
    const keyAt = keys[n] ?? 0
    const before = steps.slice(0, keyAt).filter(({ what }) => what === 'call' || what === 'called')
    return {
      waitedMs: (steps[sendAt]?.atMs ?? 0) - (steps[keyAt]?.atMs ?? 0),
      isDuringCall: before.at(-1)?.what === 'call',
      // A call that ends while the outbox is still being written held nothing up.
      hasWaitedForCall: steps.slice(keyAt, sendAt).at(-1)?.what === 'called',
    }
  })
}
