import { headers } from '@helvino/protocol'
import type { Browser, BrowserContext, Page, Request } from 'playwright-core'

/** One change of the banner: `refreshing`, `error`, or empty for none; `atMs` by the page's clock. */
export interface BannerChange {
  readonly atMs: number
  readonly status: string
}

export interface BootloaderCall {
  /** By this process's clock. */
  readonly atMs: number
  /** `exp` of the token that came back, ms since the Unix epoch; `undefined` where none came. */
  expiresAtMs: number | undefined
}

export interface Write {
  readonly status: number
  readonly url: string
  /** What the token that it went with had left when it left, ms; `undefined` where it had none. */
  readonly tokenLeftMs: number | undefined
}

/** A real page with the real widget in it, and everything about it that a test may want to know. */
export interface ChatPage {
  readonly page: Page
  readonly bootloaderCalls: readonly BootloaderCall[]
  /** Every write that got an answer. */
  readonly writes: readonly Write[]
  readonly consoleLines: readonly string[]
  readonly errors: readonly string[]
  open(): Promise<void>
  send(text: string): Promise<void>
  /** Changes of the banner since the page was loaded. */
  banner(): Promise<readonly BannerChange[]>
  /** Texts of our own messages that show the given class, for example `sent`. */
  shown(state: string): Promise<readonly string[]>
  /** The lid closed and opened: nothing of the page runs for so long, its clocks go on. */
  sleep(ms: number): Promise<void>
  /** Closes the lid, once the process that draws the page is known, and gives the function that opens it. */
  shutLid(): () => void
  /** Finds that process. It may take a second for each process of the browser, and stops each for a moment. */
  findProcess(): Promise<void>
  close(): Promise<void>
}

/** Runs in the page before anything else: writes down each change of the banner, however short. */
function watchBanner() {
  const changes: { atMs: number; status: string }[] = []
  Object.assign(globalThis, { bannerChanges: changes, loads: 1 })
  const look = () => {
    let status = ''
    for (const host of document.querySelectorAll('*')) {
      const banner = host.shadowRoot?.querySelector('.connection-status')
      if (banner) status = banner.classList.contains('error') ? 'error' : 'refreshing'
    }
    if (status !== (changes.at(-1)?.status ?? '')) changes.push({ atMs: performance.now(), status })
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}

function expiryOf(token: string | undefined): number | undefined {
  const claims = token?.split('.')[1]
  if (claims === undefined) return undefined
  return (JSON.parse(Buffer.from(claims, 'base64url').toString()) as { exp: number }).exp * 1_000
}

const expiryIn = (body: string) => expiryOf((JSON.parse(body) as { orgToken?: string }).orgToken)

function tokenLeftMs(request: Request): number | undefined {
  const expiresAtMs = expiryOf(request.headers()[headers.orgToken.toLowerCase()])
  return expiresAtMs === undefined ? undefined : expiresAtMs - request.timing().startTime
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** True where the page does not answer while this process is stopped. */
async function isSilentWithout(id: number, page: Page): Promise<boolean> {
  process.kill(id, 'SIGSTOP')
  const answer = page.evaluate(() => 'answered')
  const first = await Promise.race([answer, pause(2_000)])
  process.kill(id, 'SIGCONT')
  await answer
  return first !== 'answered'
}

/** The process that draws this page: the one without which the page does not answer. Stopping it is the nearest thing to a closed lid. */
async function rendererPid(browser: Browser, page: Page): Promise<number> {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  for (const { id } of processInfo.filter(({ type }) => type === 'renderer'))
    // Asked twice: on a busy machine a page may once be late to answer though another process was stopped.
    if ((await isSilentWithout(id, page)) && (await isSilentWithout(id, page))) return id
  throw new Error('no process draws this page')
}

/** Writes down what a page asks for and says, from now on. */
function observe(page: Page): Pick<ChatPage, 'bootloaderCalls' | 'writes' | 'consoleLines' | 'errors'> {
  const bootloaderCalls: BootloaderCall[] = []
  const writes: Write[] = []
  const consoleLines: string[] = []
  const errors: string[] = []
  page.on('console', (message) => consoleLines.push(message.text()))
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('request', (request) => {
    if (request.url().endsWith('/api/bootloader')) bootloaderCalls.push({ atMs: Date.now(), expiresAtMs: undefined })
  })
  page.on('response', (response) => {
    const request = response.request()
    if (request.method() === 'POST')
      writes.push({ status: response.status(), url: response.url(), tokenLeftMs: tokenLeftMs(request) })
    if (!response.url().endsWith('/api/bootloader') || !response.ok()) return
    const call = bootloaderCalls.at(-1)
    response.text().then(
      (body) => {
        if (call) call.expiresAtMs = expiryIn(body)
      },
      // The page was closed while the body was on its way: nobody asks for its expiry any more.
      () => undefined,
    )
  })
  return { bootloaderCalls, writes, consoleLines, errors }
}

/** Opens `url` in a tab beside those that the context has: they are one visitor. `shutLid` needs `findProcess` first. */
export async function openTab(browser: Browser, context: BrowserContext, url: string): Promise<ChatPage> {
  const page = await context.newPage()
  const observed = observe(page)
  await page.addInitScript(watchBanner)
  await page.goto(url)
  let pid: number | undefined
  const shutLid = () => {
    const stoppedPid = pid
    if (stoppedPid === undefined) throw new Error('which process draws the page is not known')
    process.kill(stoppedPid, 'SIGSTOP')
    return () => {
      process.kill(stoppedPid, 'SIGCONT')
    }
  }
  return {
    page,
    ...observed,
    async open() {
      await page.getByRole('button', { name: /open chat/i }).click()
      await page.getByRole('textbox').last().waitFor()
    },
    async send(text) {
      const field = page.locator('.composer textarea')
      await field.fill(text)
      await field.press('Enter')
    },
    banner: () => page.evaluate(() => (globalThis as unknown as { bannerChanges: BannerChange[] }).bannerChanges),
    shown: (state) => page.locator(`.message.own.${state} p`).allTextContents(),
    async sleep(ms) {
      const openLid = shutLid()
      await pause(ms)
      openLid()
    },
    shutLid,
    async findProcess() {
      pid = await rendererPid(browser, page)
    },
    close: () => page.close(),
  }
}

/** Opens `url` in a browser context of its own: nothing is shared with another chat page. `scripts` run in the page before anything else. */
export async function openChatPage(
  browser: Browser,
  url: string,
  scripts: readonly (() => void)[] = [],
): Promise<ChatPage> {
  const context = await browser.newContext()
  for (const script of scripts) await context.addInitScript(script)
  const tab = await openTab(browser, context, url)
  await tab.findProcess()
  return { ...tab, close: () => context.close() }
}
