import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../../widget/tests/browser.ts'
import { type ChatPage, openChatPage } from '../../widget/tests/chat-page.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'
import { storedBeside } from './stored-messages.ts'

const rotateKey = '/demo/rotate-key'

let server: SpawnedServer
let browser: Browser

beforeAll(async () => {
  buildServer()
  server = await spawnServer()
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser.close()
  await server.remove()
})

const press = (chat: ChatPage, name: string) => chat.page.getByRole('button', { name }).click()

const figure = (chat: ChatPage, name: string) => chat.page.locator(`[data-panel="${name}"]`).innerText()

async function untilFigure(chat: ChatPage, name: string, wanted: string): Promise<void> {
  await chat.page.locator(`[data-panel="${name}"]`).getByText(wanted, { exact: true }).waitFor()
}

describe('the demo', () => {
  it('[DM1] takes orders from its own page on this machine alone', async () => {
    const post = async (headers: Record<string, string>) =>
      (await fetch(server.url + rotateKey, { method: 'POST', headers })).status
    expect(await post({})).toBe(404)
    expect(await post({ origin: 'https://shop.example' })).toBe(404)
    expect(await post({ origin: server.url, 'sec-fetch-site': 'cross-site' })).toBe(404)
    expect(await post({ origin: server.url, 'sec-fetch-site': 'same-origin' })).toBe(200)
  })

  it('[DM2] has no controls where others reach the server', async () => {
    const open = await spawnServer({ env: { HOST: '0.0.0.0', HELVINO_DEMO: 'on' } })
    try {
      expect((await fetch(`${open.url}/demo`)).status).toBe(200)
      for (const path of [rotateKey, '/demo/drop-sockets'])
        expect((await fetch(open.url + path, { method: 'POST', headers: { origin: open.url } })).status).toBe(404)
    } finally {
      await open.remove()
    }
  })

  it('[DM3] breaks what its buttons say, and loses no message', async () => {
    const chat = await openChatPage(browser, `${server.url}/demo`)
    await chat.open()
    const said: string[] = []
    const say = async (text: string) => {
      said.push(text)
      await chat.send(text)
    }
    await say('before')
    await untilFigure(chat, 'stored', '1')

    await press(chat, 'Expire the token now')
    await untilFigure(chat, 'left', '0:00')
    await say('after it ran out')
    await untilFigure(chat, 'stored', '2')
    expect(Number(await figure(chat, 'renewals'))).toBeGreaterThanOrEqual(1)

    await press(chat, 'Go offline')
    await say('while offline')
    await untilFigure(chat, 'waiting', '1')
    await press(chat, 'Go back online')
    await untilFigure(chat, 'stored', '3')

    await press(chat, 'Rotate the signing key')
    await chat.page.getByText('every token of before is refused').waitFor()
    await say('with a token of before')
    await untilFigure(chat, 'stored', '4')
    expect(await figure(chat, 'refused')).toBe('1')

    const lost = Number(await figure(chat, 'linesLost'))
    await press(chat, 'Drop the sockets')
    await untilFigure(chat, 'linesLost', String(lost + 1))
    await say('after the sockets')
    await untilFigure(chat, 'stored', '5')

    expect(await figure(chat, 'waiting')).toBe('0')
    expect(storedBeside(server, 'before')).toEqual(said.map((content, n) => ({ content, sequence: n + 1 })))
    expect(chat.errors).toEqual([])
    await chat.close()
  })
})
