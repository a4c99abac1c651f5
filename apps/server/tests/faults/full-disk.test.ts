import Sqlite, { type Database } from 'better-sqlite3'
import { describe, expect, it, vi } from 'vitest'
import { call } from '../api-client.ts'
import { storedBeside } from '../stored-messages.ts'
import { noSockets, openFaultyChat } from './faulty-chat.ts'
import { PacedClock } from './paced-clock.ts'
import { runServer } from './run-server.ts'

const within = { timeout: 20_000, interval: 5 }

/** A server, and the connection to its database: with it a test bounds the file as a full disk does (`max_page_count`). */
async function runServerOnSmallDisk() {
  const asked = vi.spyOn(Sqlite.prototype, 'pragma')
  const running = await runServer(new PacedClock(20))
  const database = asked.mock.contexts[0] as Database
  asked.mockRestore()
  return {
    running,
    fill() {
      const pages = Number(database.pragma('page_count', { simple: true }))
      database.pragma(`max_page_count = ${String(pages + 3)}`)
    },
    makeRoom() {
      database.pragma('max_page_count = 1000000')
    },
  }
}

describe('a disk that is full', () => {
  it('[FP17] answers 503 storage_full with Retry-After, reads on, keeps nothing half, and recovers by itself when there is room', async () => {
    const { running, fill, makeRoom } = await runServerOnSmallDisk()
    const chat = await openFaultyChat(running.url, new PacedClock(20))
    chat.proxy.meet = noSockets
    await chat.client.start()
    await chat.say('full disk: before')
    await expect.poll(() => chat.isQuiet(), within).toBe(true)
    fill()
    const said = [
      'full disk: before',
      ...Array.from({ length: 12 }, (_u, n) => `full disk: ${String(n)} ${'x'.repeat(3_000)}`),
    ]
    for (const text of said.slice(1)) await chat.say(text)
    const refused = () =>
      chat.proxy.asked('POST', '/messages').flatMap(({ answers }) => answers.filter(({ status }) => status !== 201))
    await expect.poll(() => refused().length, within).toBeGreaterThan(0)
    for (const { status, body, headers } of refused()) {
      expect([status, (JSON.parse(body) as { code: string }).code]).toEqual([503, 'storage_full'])
      expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(30)
    }
    const stored = storedBeside(running, 'full disk: before')
    expect(stored).toEqual(said.slice(0, stored.length).map((content, n) => ({ content, sequence: n + 1 })))
    expect(stored.length).toBeLessThan(said.length)
    const list = chat.proxy.asked('GET', '/messages').at(-1)
    const token = { 'x-org-key': 'demo', 'x-org-token': chat.client.renewer.token() ?? '' }
    expect((await call(`${running.url}${list?.path ?? ''}?after=0`, { headers: token })).body['latestSequence']).toBe(
      stored.length,
    )
    makeRoom()
    await expect.poll(() => chat.isQuiet(), within).toBe(true)
    expect(storedBeside(running, 'full disk: before')).toEqual(said.map((content, n) => ({ content, sequence: n + 1 })))
  })
})
