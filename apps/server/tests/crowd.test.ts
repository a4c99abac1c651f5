import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../../widget/tests/browser.ts'
import { addAgent } from './add-agent.ts'
import { type SpawnedServer, spawnServer } from './spawn-server.ts'
import { storedBeside } from './stored-messages.ts'

/** How long they talk; `npm run crowd` has them talk for five minutes. */
const talkMs = Number(process.env['HELVINO_CROWD_SECONDS'] ?? 15) * 1_000
const visitorNames = ['Ann', 'Ben', 'Cleo']

let server: SpawnedServer
let browser: Browser

beforeAll(async () => {
  // Tokens that run out while they talk.
  server = await spawnServer({ env: { ORG_TOKEN_LIFETIME_SECONDS: '10' } })
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser.close()
  await server.remove()
})

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

interface Person {
  readonly page: Page
  readonly context: BrowserContext
  /** Errors of the page, and loads of it beyond the first. */
  readonly troubles: string[]
}

async function enter(address: string): Promise<Person> {
  const context = await browser.newContext()
  const page = await context.newPage()
  const troubles: string[] = []
  page.on('pageerror', (error) => troubles.push(String(error)))
  await page.goto(server.url + address)
  page.on('load', () => troubles.push('loaded again'))
  return { page, context, troubles }
}

async function enterAsAgent(login: { readonly email: string; readonly password: string }): Promise<Person> {
  const agent = await enter('/inbox')
  await agent.page.getByLabel('E-mail').fill(login.email)
  await agent.page.getByLabel('Password', { exact: true }).fill(login.password)
  await agent.page.getByRole('button', { name: 'Log in' }).click()
  await agent.page.getByRole('navigation', { name: 'Conversations' }).waitFor()
  return agent
}

async function ask({ page }: Person, text: string): Promise<void> {
  await page.getByRole('dialog').getByRole('textbox').fill(text)
  await page.keyboard.press('Enter')
}

/** Opens the conversation in which a visitor began, whatever came since. */
async function turnTo({ page }: Person, address: string): Promise<void> {
  await page.goto(address)
  await page.getByLabel('Your reply').waitFor()
}

async function answer({ page }: Person, text: string): Promise<void> {
  await page.getByLabel('Your reply').fill(text)
  await page.getByLabel('Your reply').press('Enter')
}

const shownTo = ({ page }: Person, bubble: string) => page.getByRole('log').locator(bubble).allInnerTexts()

/** Talks until it is time, each message at a pace of its own; what was said, in order. */
async function talk(name: string, say: (text: string) => Promise<void>, everyMs: number): Promise<number> {
  const endsAtMs = performance.now() + talkMs
  let said = 0
  while (performance.now() < endsAtMs) {
    said += 1
    await say(`${name} says ${said}`)
    await pause(everyMs)
  }
  return said
}

describe('two agents and three visitors', () => {
  it(
    '[CW1] chat at once, and in the end every view is what the database holds; no page was loaded again',
    { timeout: talkMs + 120_000 },
    async () => {
      const visitors = await Promise.all(visitorNames.map(() => enter('/demo')))
      for (const [n, visitor] of visitors.entries()) {
        await visitor.page.getByRole('button', { name: 'Open chat' }).click()
        await ask(visitor, `${String(visitorNames[n])} begins`)
      }
      const login = await addAgent(server, 'Grace')
      const agents = await Promise.all([enterAsAgent(server.admin ?? login), enterAsAgent(login)])
      const addresses: string[] = []
      for (const name of visitorNames) {
        const [first] = agents
        await first.page
          .getByRole('link')
          .filter({ hasText: `${name} begins` })
          .click()
        await first.page.getByLabel('Your reply').waitFor()
        addresses.push(first.page.url())
      }

      let turn = 0
      const answers = agents.map((agent, n) =>
        talk(
          `agent ${n}`,
          async (text) => {
            // From one conversation to the next, within the page.
            turn += 1
            await turnTo(agent, String(addresses[turn % addresses.length]))
            await answer(agent, text)
          },
          700 + 200 * n,
        ),
      )
      const questions = visitors.map((visitor, n) =>
        talk(String(visitorNames[n]), (text) => ask(visitor, text), 500 + 150 * n),
      )
      const said = await Promise.all([...questions, ...answers])

      const stored = visitorNames.map((name) => storedBeside(server, `${name} begins`).map(({ content }) => content))
      console.log(
        `said ${said.join(', ')} in ${talkMs / 1_000} s; stored ${stored.map(({ length }) => length).join(', ')}`,
      )
      for (const [n, visitor] of visitors.entries()) {
        const texts = () => storedBeside(server, `${String(visitorNames[n])} begins`).map(({ content }) => content)
        await expect.poll(() => shownTo(visitor, 'p'), { timeout: 20_000 }).toEqual(texts())
        for (const agent of agents) {
          await turnTo(agent, String(addresses[n]))
          await expect.poll(() => shownTo(agent, '.bubble'), { timeout: 20_000 }).toEqual(texts())
        }
      }
      const all = visitorNames.flatMap((name) => storedBeside(server, `${name} begins`).map(({ content }) => content))
      expect(new Set(all).size).toBe(all.length)
      expect(all).toHaveLength(said.reduce((sum, count) => sum + count, visitorNames.length))
      expect([...visitors, ...agents].flatMap(({ troubles }) => troubles)).toEqual([])
      await Promise.all([...visitors, ...agents].map(({ context }) => context.close()))
    },
  )
})
