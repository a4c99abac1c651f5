import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../../widget/tests/browser.ts'
import { openChatPage } from '../../widget/tests/chat-page.ts'
import { type SpawnedServer, spawnServer } from './spawn-server.ts'
import { storedBeside } from './stored-messages.ts'

let server: SpawnedServer
let browser: Browser

beforeAll(async () => {
  server = await spawnServer({ env: { ORG_TOKEN_LIFETIME_SECONDS: '5' } })
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser.close()
  await server.remove()
})

describe('the main job', () => {
  it('[MJ1] a visitor and an agent talk both ways, live, over several lives of both tokens', async () => {
    const chat = await openChatPage(browser, `${server.url}/demo`)
    const inbox = await browser.newPage()
    await inbox.goto(`${server.url}/inbox`)
    await inbox.getByLabel('E-mail').fill(server.admin?.email ?? '')
    await inbox.getByLabel('Password', { exact: true }).fill(server.admin?.password ?? '')
    await inbox.getByRole('button', { name: 'Log in' }).click()
    await inbox.getByRole('navigation', { name: 'Conversations' }).waitFor()
    await chat.open()

    const said: string[] = []
    const tookMs: number[] = []
    for (let round = 1; round <= 6; round += 1) {
      const [question, answer] = [`question ${round}`, `answer ${round}`]
      const askedAtMs = performance.now()
      await chat.send(question)
      if (round === 1) await inbox.getByRole('link').filter({ hasText: question }).click()
      await inbox.getByRole('log').getByText(question).waitFor()
      tookMs.push(Math.round(performance.now() - askedAtMs))
      await inbox.getByLabel('Your reply').fill(answer)
      const answeredAtMs = performance.now()
      await inbox.getByLabel('Your reply').press('Enter')
      await chat.page.locator('.timeline').getByText(answer).waitFor()
      tookMs.push(Math.round(performance.now() - answeredAtMs))
      said.push(question, answer)
      await new Promise((resolve) => setTimeout(resolve, 2_500))
    }
    console.log(`from one page to the other, ms: ${tookMs.join(', ')}`)
    expect(storedBeside(server, 'question 1')).toEqual(said.map((content, n) => ({ content, sequence: n + 1 })))
    expect(chat.bootloaderCalls.length).toBeGreaterThanOrEqual(3)
    expect((await chat.banner()).map(({ status }) => status)).not.toContain('error')
    expect(chat.writes.filter(({ status }) => status >= 400)).toEqual([])
    expect(chat.errors).toEqual([])
    await inbox.close()
    await chat.close()
  })
})
