import Sqlite from 'better-sqlite3'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { systemRandom } from '@helvino/runtime/system-node'
import { openKeyRing } from '../../src/auth/key-ring.ts'
import { storedBeside } from '../stored-messages.ts'
import { type FaultyChat, messagePosts, openFaultyChat } from './faulty-chat.ts'
import { PacedClock } from './paced-clock.ts'
import { runServer, type RunningServer } from './run-server.ts'

const within = { timeout: 60_000, interval: 5 }
const isLive = (chat: FaultyChat) => chat.isQuiet() && chat.client.state.connection.state === 'live'
const pause = (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs))

async function openLive(running: RunningServer, first: string, speed = 1): Promise<FaultyChat> {
  const chat = await openFaultyChat(running.url, new PacedClock(speed))
  chat.client.setEngaged(true)
  await chat.client.start()
  await chat.say(first)
  await expect.poll(() => isLive(chat), within).toBe(true)
  return chat
}

const renewals = ({ proxy }: FaultyChat) => proxy.asked('GET', '/api/bootloader').length

/** Why a renewal began, from here on, each that was not ahead of time. */
function forcedRenewals({ client }: FaultyChat): readonly string[] {
  const causes: string[] = []
  client.renewer.subscribe((event) => {
    if (event.type === 'renewing' && event.attempt === 0 && event.cause !== 'ahead') causes.push(event.cause)
  })
  return causes
}

const refusals = ({ proxy }: FaultyChat) =>
  proxy.exchanges.flatMap(({ answers }) => answers.map(({ status }) => status).filter((status) => status >= 400))

function expectStored(running: RunningServer, chat: FaultyChat, said: readonly string[]): void {
  expect(storedBeside(running, said[0] ?? '')).toEqual(said.map((content, n) => ({ content, sequence: n + 1 })))
  expect(chat.shown()).toEqual(said)
}

describe('what an operator or a machine changes under load', () => {
  it('[FP18] a server clock set an hour forward or back costs a client one renewal per step, no message and not its socket', async () => {
    const clock = new PacedClock(20)
    const running = await runServer(clock)
    const chat = await openLive(running, 'clock: before', 20)
    const said = ['clock: before']
    for (const stepMs of [3_600_000, -3_600_000]) {
      const forced = forcedRenewals(chat)
      clock.stepWallClock(stepMs)
      for (let n = 0; n < 5; n += 1) {
        said.push(`clock: ${String(said.length)}`)
        await chat.say(said.at(-1) ?? '')
      }
      await expect.poll(() => isLive(chat), within).toBe(true)
      expect(forced).toEqual(['refused'])
      // 40 s of theirs: a token that is refused within 30 s of being renewed for that reason ends the matter for a minute.
      await pause(2_000)
    }
    expectStored(running, chat, said)
    expect(chat.proxy.lines).toHaveLength(1)
  })

  it('[FP19] keys that are rotated under load refuse nobody and cost no renewal', async () => {
    const clock = new PacedClock()
    const running = await runServer(clock)
    const opening = openKeyRing({
      folder: running.dataFolder,
      pinned: undefined,
      clock,
      random: systemRandom,
      onProblem: (message) => {
        throw new Error(message)
      },
    })
    if (opening.kind !== 'ok') throw new Error(opening.message)
    const chats = await Promise.all(['a', 'b', 'c'].map((name) => openLive(running, `keys: ${name} 0`)))
    const before = chats.map(renewals)
    const said = chats.map(({ shown }) => [...shown()])
    for (let n = 1; n <= 60; n += 1) {
      // The server looks at the file once in a second at most.
      if (n % 20 === 10) expect(opening.keyRing.rotate().kind).toBe('rotated')
      for (const [index, chat] of chats.entries()) {
        said[index]?.push(`keys: ${String(index)} ${String(n)}`)
        await chat.say(said[index]?.at(-1) ?? '')
      }
      await pause(40)
    }
    await expect.poll(() => chats.every(isLive), within).toBe(true)
    for (const [index, chat] of chats.entries()) expectStored(running, chat, said[index] ?? [])
    expect(chats.map(renewals)).toEqual(before)
    expect(chats.flatMap(refusals)).toEqual([])
    // The newest key signs, a second after it was made.
    await pause(1_100)
    await chats[0]?.client.renewer.refresh()
    const header = chats[0]?.client.renewer.token()?.split('.')[0] ?? ''
    expect(opening.keyRing.signingKey('org-token').headerPart).toBe(header)
  })

  interface Switch {
    readonly off: string
    readonly on: string
    readonly code: string
    readonly connection: string
  }
  const switches: Switch[] = [
    {
      off: `UPDATE orgs SET enabled = 0 WHERE key = 'demo'`,
      on: `UPDATE orgs SET enabled = 1 WHERE key = 'demo'`,
      code: 'org_disabled',
      connection: 'denied',
    },
    {
      off: `UPDATE orgs SET config = json_set(config, '$.writeEnabled', json('false')) WHERE key = 'demo'`,
      on: `UPDATE orgs SET config = json_set(config, '$.writeEnabled', json('true')) WHERE key = 'demo'`,
      code: 'writes_disabled',
      connection: 'live',
    },
  ]
  it.each(switches)(
    '[FP22] a refusal that no renewal cures ($code) renews nothing, keeps what was said, and lets it go out afterwards',
    async ({ off, on, code, connection }) => {
      const running = await runServer(new PacedClock(20))
      const database = new Sqlite(join(running.dataFolder, 'helvino.db'))
      const chat = await openLive(running, `${code}: before`, 20)
      database.exec(off)
      // A second of the server's: another process has switched it.
      await pause(50)
      await expect.poll(() => chat.client.state.connection.state, within).toBe(connection)
      const forced = forcedRenewals(chat)
      const states = () => chat.client.state.outbox.map(({ delivery }) => delivery)
      for (const n of [1, 2, 3]) {
        await chat.say(`${code}: ${String(n)}`)
        await expect.poll(states, within).toEqual(Array.from({ length: n }, () => ({ state: 'failed', code })))
      }
      // Long enough for whatever would ask again by itself: a minute and more of its time.
      await pause(3_200)
      const posts = messagePosts(chat.proxy)
      expect(posts.filter(({ answers }) => answers[0]?.status === 403)).toHaveLength(3)
      expect(forced).toEqual([])
      database.exec(on)
      database.close()
      await pause(50)
      for (const { id } of chat.client.state.outbox) await chat.client.retry(id)
      await expect.poll(() => chat.isQuiet(), within).toBe(true)
      expectStored(running, chat, [`${code}: before`, ...[1, 2, 3].map((n) => `${code}: ${String(n)}`)])
    },
  )
})
