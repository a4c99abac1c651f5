import type { Browser, Locator, Page } from 'playwright-core'

export interface Login {
  readonly email: string
  readonly password: string
}

/** One agent's inbox in a browser of their own: the session's cookie and what is kept are shared by its pages only. */
export class InboxPage {
  readonly page: Page
  readonly #url: string

  constructor(page: Page, url: string) {
    this.page = page
    this.#url = url
  }

  static async open(browser: Browser, url: string): Promise<InboxPage> {
    const page = await (await browser.newContext()).newPage()
    await page.goto(`${url}/inbox`)
    return new InboxPage(page, url)
  }

  get list(): Locator {
    return this.page.getByRole('navigation', { name: 'Conversations' })
  }

  get composer(): Locator {
    return this.page.getByLabel('Your reply')
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

  async logIn({ email, password }: Login): Promise<void> {
    await this.page.getByLabel('E-mail').fill(email)
    await this.page.getByLabel('Password', { exact: true }).fill(password)
    await this.page.getByRole('button', { name: 'Log in' }).click()
    await this.list.waitFor()
  }

  /** Another tab of the same browser, logged in already. */
  async openTab(): Promise<InboxPage> {
    const page = await this.page.context().newPage()
    await page.goto(`${this.#url}/inbox`)
    return new InboxPage(page, this.#url)
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
    const cookies = await this.page.context().cookies()
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
    await fetch(`${this.#url}/api/agent/logout`, { method: 'POST', headers: { cookie } })
  }
}
