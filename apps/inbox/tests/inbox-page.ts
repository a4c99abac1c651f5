import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { findChromium } from '../../../tools/chromium.mjs'
import { addAgent } from '../../server/tests/add-agent.ts'
import { openVisitor, postText, type Visitor } from '../../server/tests/api-client.ts'
import { type SpawnedServer, type SpawnOptions, spawnServer } from '../../server/tests/spawn-server.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** A name that is no other machine's: pages under it are served here, and are no pages of this machine to the server. */
export const shopHost = 'shop.test'

export function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium()
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ['--no-sandbox', `--host-resolver-rules=MAP ${shopHost} 127.0.0.1`],
  })
}

export interface Person {
  readonly page: Page
  readonly context: BrowserContext
  /** What the browser complained of: policy violations, errors, failed scripts. */
  readonly complaints: string[]
}

export type PersonOptions = Parameters<Browser['newContext']>[0]

export const wide = { width: 1280, height: 800 }
export const narrow = { width: 390, height: 844 }

/** Somebody with a browser of their own, who may copy. */
export async function openPerson(browser: Browser, options: PersonOptions = {}): Promise<Person> {
  const permissions = ['clipboard-read', 'clipboard-write']
  const context = await browser.newContext({ viewport: wide, permissions, ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (line) => {
    const text = line.text()
    // Before the login the page asks who is logged in, and the browser reports the 401 that says "nobody".
    const isError = line.type() === 'error' && !text.includes('401')
    if (isError || /content security policy/i.test(text)) complaints.push(text)
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  return { page, context, complaints }
}

export interface Login {
  readonly email: string
  readonly password: string
}

async function fillLogin(page: Page, { email, password }: Login): Promise<void> {
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Log in' }).click()
}

/** Logs in at an address of the inbox. */
export async function logInAt(page: Page, url: string, login: Login): Promise<void> {
  await page.goto(url)
  await fillLogin(page, login)
  await page.getByRole('button', { name: 'Log out' }).waitFor()
}

export function adminOf({ admin }: SpawnedServer): Login {
  if (!admin) throw new Error('the server was started before')
  return admin
}

/** The page's clipboard, as whoever copied would paste it. */
export const copied = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText())

export const gone = { state: 'detached' } as const

/** WCAG 2.2 AA and what the checker recommends beside it; some of both are not among what it looks for unless asked. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

interface Finding {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

/** What the checker finds on the page as it is now, one line each. */
export async function findings(page: Page): Promise<readonly string[]> {
  // A colour that is on its way to another is neither; one may set out while others are waited for, so that none is to.
  await page.evaluate(() => {
    const still = new CSSStyleSheet()
    still.replaceSync('*, *::before, *::after { transition: none !important; animation: none !important }')
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, still]
  })
  // Handed to the page from outside, as its policy lets nothing foreign in.
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe)
  const { violations } = await page.evaluate<{ violations: Finding[] }>(`axe.run({ runOnly: ${JSON.stringify(tags)} })`)
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`))
}

/** One agent's inbox in a browser of their own: the session's cookie and what is kept are shared by its pages only. */
export class InboxPage implements Person {
  readonly page: Page
  readonly context: BrowserContext
  readonly complaints: string[]
  readonly #url: string

  constructor({ page, context, complaints }: Person, url: string) {
    this.page = page
    this.context = context
    this.complaints = complaints
    this.#url = url
  }

  static async open(browser: Browser, url: string, options?: PersonOptions): Promise<InboxPage> {
    const person = await openPerson(browser, options)
    await person.page.goto(`${url}/inbox`)
    return new InboxPage(person, url)
  }

  get list(): Locator {
    return this.page.getByRole('navigation', { name: 'Conversations' })
  }

  get composer(): Locator {
    return this.page.getByLabel('Your reply')
  }

  get note(): Locator {
    return this.page.getByLabel('Private note')
  }

  /** What is going on in the open thread beside its messages. */
  get happening(): Locator {
    return this.page.locator('.happening')
  }

  row(text: string): Locator {
    return this.list.getByRole('link').filter({ hasText: text })
  }

  message(text: string): Locator {
    return this.page.getByRole('log').getByRole('listitem').filter({ hasText: text })
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name })
  }

  async logIn(login: Login): Promise<void> {
    await fillLogin(this.page, login)
    await this.list.waitFor()
  }

  /** Without waiting for what comes of it. */
  async tryToLogIn(login: Login): Promise<void> {
    await fillLogin(this.page, login)
  }

  /** Another tab of the same browser, logged in already. */
  async openTab(): Promise<InboxPage> {
    const page = await this.context.newPage()
    await page.goto(`${this.#url}/inbox`)
    return new InboxPage({ page, context: this.context, complaints: this.complaints }, this.#url)
  }

  async openThread(text: string): Promise<void> {
    await this.row(text).click()
    await this.message(text).waitFor()
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text)
    await this.composer.press('Enter')
  }

  /** Ends the login as another device would, and leaves the page to find out. */
  async endSession(): Promise<void> {
    await fetch(`${this.#url}/api/agent/logout`, { method: 'POST', headers: { cookie: await this.cookie() } })
  }

  async cookie(): Promise<string> {
    return (await this.context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
  }
}

interface OpenedInbox {
  readonly server: SpawnedServer
  readonly browser: Browser
  readonly logins: Readonly<Record<'admin' | 'ada' | 'bob', Login>>
}

/** A server with the agents Ada and Bob and a browser, for all tests of a file. What a test has opened is closed after it. */
export function setUpInbox(options: SpawnOptions = {}) {
  let opened: OpenedInbox | undefined
  const world = () => {
    if (!opened) throw new Error('the server is not up yet')
    return opened
  }
  beforeAll(async () => {
    const server = await spawnServer(options)
    const logins = { admin: adminOf(server), ada: await addAgent(server, 'Ada'), bob: await addAgent(server, 'Bob') }
    opened = { server, browser: await launchBrowser(), logins }
  })
  afterAll(async () => {
    await opened?.browser.close()
    await opened?.server.remove()
  })
  afterEach(async ({ task }) => {
    for (const context of world().browser.contexts()) {
      if (task.result?.state === 'fail')
        for (const page of context.pages()) console.error(`${page.url()} showed:\n${await page.innerText('body')}`)
      await context.close()
    }
  })

  return {
    world,
    url: () => world().server.url,
    /** The login page. */
    open: (personOptions?: PersonOptions) => InboxPage.open(world().browser, world().server.url, personOptions),
    async openAs(name: keyof OpenedInbox['logins'], personOptions?: PersonOptions): Promise<InboxPage> {
      const inbox = await this.open(personOptions)
      await inbox.logIn(world().logins[name])
      return inbox
    },
    async visitorSays(text: string, secret?: string): Promise<Visitor> {
      const visitor = await openVisitor(world().server.url, secret)
      expect((await postText(world().server.url, visitor, text)).status).toBe(201)
      return visitor
    },
  }
}
