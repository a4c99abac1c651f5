import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { openVisitor, postText } from '../apps/server/tests/api-client.ts'
import { type SpawnedServer, spawnServer } from '../apps/server/tests/spawn-server.ts'
import { launchBrowser } from '../apps/widget/tests/browser.ts'

// The README's pictures, made from the product as it is built: `npm run pictures`. They are looked at, and committed where they have changed.

const folder = join(import.meta.dirname, '..', 'docs', 'pictures')
const desktop = { width: 1280, height: 800 }
const phone = { width: 390, height: 844 }
const settledMs = 1_500

const questions = [
  'Do you take bowls back that have a chip?',
  'When is the kiln fired next?',
  'Is the moss glaze food safe?',
  'I ordered two mugs on Monday. Are they on their way?',
  'Could you pack the vase as a gift?',
  'Ist der Teller spülmaschinenfest?',
]

async function shoot(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(settledMs)
  await page.screenshot({ path: join(folder, `${name}.png`) })
}

async function logIn(page: Page, server: SpawnedServer): Promise<void> {
  await page.goto(`${server.url}/inbox`)
  await page.getByLabel('E-mail').fill(server.admin?.email ?? '')
  await page.getByLabel('Password', { exact: true }).fill(server.admin?.password ?? '')
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('navigation', { name: 'Conversations' }).waitFor()
}

/** A visitor asks in the demo shop, an agent answers, and both are seen. */
async function talk(shop: Page, inbox: Page): Promise<void> {
  const ask = async (text: string) => {
    await shop.getByRole('dialog').getByRole('textbox').fill(text)
    await shop.keyboard.press('Enter')
  }
  const answer = async (text: string) => {
    await inbox.getByLabel('Your reply').fill(text)
    await inbox.getByLabel('Your reply').press('Enter')
  }
  await shop.getByRole('button', { name: 'Open chat' }).click()
  await ask('Hello! Does the lake glaze come as a bowl, too?')
  await inbox.getByRole('link').filter({ hasText: 'lake glaze' }).first().click()
  await answer('It does: we fire six of them this Thursday. Shall I keep one for you?')
  await shop.getByText('Shall I keep one').first().waitFor()
  await ask('Please do. And can you send it to Lisbon?')
  await inbox.getByText('send it to Lisbon').first().waitFor()
  await answer('Gladly. It is on its way by Friday, packed in paper.')
  await shop.getByText('packed in paper').first().waitFor()
}

const server = await spawnServer()
const browser = await launchBrowser()
try {
  for (const question of questions) await postText(server.url, await openVisitor(server.url), question)
  const shop = await (await browser.newContext({ viewport: desktop })).newPage()
  const inbox = await (await browser.newContext({ viewport: desktop })).newPage()
  await shop.goto(`${server.url}/demo`)
  await logIn(inbox, server)
  await talk(shop, inbox)
  await shoot(shop, 'demo')
  await shoot(inbox, 'inbox')
  const small = await (await browser.newContext({ viewport: phone, locale: 'de' })).newPage()
  await small.goto(`${server.url}/demo`)
  await small.getByRole('button', { name: 'Open chat' }).click()
  await shoot(small, 'phone')
} finally {
  await browser.close()
  await server.remove()
}
