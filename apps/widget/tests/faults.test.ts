import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FaultProxy } from '../../server/tests/faults/fault-proxy.ts'
import type { Fault } from '../../server/tests/faults/fault.ts'
import { clientMessageId, firstOfEach } from '../../server/tests/faults/faulty-chat.ts'
import { buildServer, type SpawnedServer, spawnServer } from '../../server/tests/spawn-server.ts'
import { storedBeside } from '../../server/tests/stored-messages.ts'
import { launchBrowser } from './browser.ts'
import { buildWidget } from './build.ts'
import { openTab } from './chat-page.ts'

let browser: Browser
let server: SpawnedServer

beforeAll(async () => {
  buildWidget()
  buildServer()
  server = await spawnServer()
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
  await server.remove()
})

const refused = { error: 'Invalid or expired org token', code: 'token_expired' }
const faults: readonly Fault[] = [
  { kind: 'drop', afterBytes: 700, by: 'reset' },
  { kind: 'lose-response', afterBytes: 0, by: 'close' },
  { kind: 'duplicate', isConcurrent: true },
  { kind: 'lose-response', afterBytes: 300, by: 'reset' },
  { kind: 'answer', status: 503, headers: { 'retry-after': '1' } },
  { kind: 'answer', status: 401, body: refused },
  { kind: 'answer', status: 200, body: { ok: true } },
  { kind: 'throttle', sliceBytes: 50, everyMs: 10 },
]

describe('the widget on a network that fails', () => {
  it.each([
    ['without sockets', true],
    ['with a socket', false],
  ])(
    '[FP23] a visitor’s page %s sends each message once and in order, whatever happens to its first request',
    async (name, isBlocked) => {
      const proxy = await FaultProxy.open(server.url)
      const meet = firstOfEach((nth) => faults[nth])
      proxy.meet = (exchange) => (!isBlocked && exchange.path === '/realtime' ? undefined : meet(exchange))
      const context = await browser.newContext()
      const chat = await openTab(browser, context, `${proxy.url.replace('127.0.0.1', 'localhost')}/demo`)
      await chat.open()
      const said = faults.map(({ kind }, n) => `${name}: ${kind} ${String(n)}`)
      for (const text of said) await chat.send(text)
      await expect.poll(() => chat.shown('sent'), { timeout: 60_000 }).toEqual(said)
      expect(storedBeside(server, said[0] ?? '')).toEqual(said.map((content, n) => ({ content, sequence: n + 1 })))
      expect(new Set(proxy.asked('POST', '/messages').map(clientMessageId)).size).toBe(said.length)
      expect(chat.errors).toEqual([])
      await context.close()
      await proxy.close()
    },
  )
})
