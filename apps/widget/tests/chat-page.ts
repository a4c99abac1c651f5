import type { Browser, Page } from 'playwright-core'

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

/** A real page with the real widget in it, and everything about it that a test may want to know. */
export interface ChatPage {
  readonly page: Page
  readonly bootloaderCalls: readonly BootloaderCall[]
  /** Status and code of every write that got an answer. */
  readonly writes: readonly { readonly status: number; readonly url: string }[]
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

function expiryOf(body: string): number | undefined {
  const token = (JSON.parse(body) as { orgToken?: string }).orgToken
  const claims = token?.split('.')[1]
  if (claims === undefined) return undefined
  return (JSON.parse(Buffer.from(claims, 'base64url').toString()) as { exp: number }).exp * 1_000
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** The process that draws this page: the one without which the page does not answer. Stopping it is the nearest thing to a closed lid. */
async function rendererPid(browser: Browser, page: Page): Promise<number> {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  for (const { id } of processInfo.filter(({ type }) => type === 'renderer')) {
    process.kill(id, 'SIGSTOP')
    const answer = page.evaluate(() => 'answered')
    const first = await Promise.race([answer, pause(1_000)])
    process.kill(id, 'SIGCONT')
    await answer
    if (first !== 'answered') return id
  }
  throw new Error('no process draws this page')
}

/** Opens `url` in a browser context of its own: nothing is shared with another chat page. */
export async function openChatPage(browser: Browser, url: string): Promise<ChatPage> {
  const context = await browser.newContext()
  const page = await context.newPage()
  const bootloaderCalls: BootloaderCall[] = []
  const writes: { status: number; url: string }[] = []
  const consoleLines: string[] = []
  const errors: string[] = []
  page.on('console', (message) => consoleLines.push(message.text()))
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('request', (request) => {
    if (request.url().endsWith('/api/bootloader')) bootloaderCalls.push({ atMs: Date.now(), expiresAtMs: undefined })
  })
  page.on('response', (response) => {
    const request = response.request()
    if (request.method() === 'POST') writes.push({ status: response.status(), url: response.url() })
    if (!response.url().endsWith('/api/bootloader') || !response.ok()) return
    const call = bootloaderCalls.at(-1)
    response.text().then(
      (body) => {
        if (call) call.expiresAtMs = expiryOf(body)
      },
      // The page was closed while the body was on its way: nobody asks for its expiry any more.
      () => undefined,
    )
  })
  await page.addInitScript(watchBanner)
  await page.goto(url)
  const pid = await rendererPid(browser, page)
  return {
    page,
    bootloaderCalls,
    writes,
    consoleLines,
    errors,
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
      process.kill(pid, 'SIGSTOP')
      await pause(ms)
      process.kill(pid, 'SIGCONT')
    },
    close: () => context.close(),
  }
}
