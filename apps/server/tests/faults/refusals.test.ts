import { SimClock } from '@helvino/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildServer, type SpawnedServer, spawnServer } from '../spawn-server.ts'
import { storedBeside } from '../stored-messages.ts'
import { type FaultyChat, firstOfEach, openFaultyChat } from './faulty-chat.ts'

let server: SpawnedServer
beforeAll(async () => {
  buildServer()
  server = await spawnServer()
})
afterAll(() => server.remove())

const within = { timeout: 20_000, interval: 2 }
const aMoment = () => new Promise((resolve) => setTimeout(resolve, 3))

/**
 * Lets so much virtual time pass, and none while an answer is on its way: deadlines are in virtual time. Small steps, so that what else
 * the client asks for is answered within them.
 */
async function passTime(clock: SimClock, chat: FaultyChat, restMs: number): Promise<void> {
  for (let leftMs = restMs; leftMs > 0; leftMs -= 5_000) {
    await clock.advance(Math.min(leftMs, 5_000))
    do await aMoment()
    while (!chat.proxy.isIdle)
  }
}

interface Case {
  readonly retryAfter: (nowMs: number) => string | undefined
  /** Between these, in s, the next try comes. */
  readonly least: number
  readonly most: number
}

const inSeconds = (nowMs: number, seconds: number) => new Date(nowMs + seconds * 1_000).toUTCString()

// The backoff of a first failure is 0.5 to 1 s, and comes on top of nothing.
const cases: Readonly<Record<string, Case>> = {
  none: { retryAfter: () => undefined, least: 0.5, most: 1 },
  '0': { retryAfter: () => '0', least: 1, most: 1 },
  '1': { retryAfter: () => '1', least: 1, most: 1 },
  '120': { retryAfter: () => '120', least: 120, most: 120 },
  // A date is exact to the second.
  'a date in 90 s': { retryAfter: (nowMs) => inSeconds(nowMs, 90), least: 89, most: 90 },
  'a past date': { retryAfter: (nowMs) => inSeconds(nowMs, -3_600), least: 1, most: 1 },
  garbage: { retryAfter: () => 'soon, -5; 1e3', least: 0.5, most: 1 },
  'a billion': { retryAfter: () => '1000000000', least: 3_600, most: 3_600 },
}

/** One visitor meets every case, one after the other, under this status. */
async function meetEachCase(status: number): Promise<void> {
  const clock = new SimClock()
  const chat = await openFaultyChat(server.url, clock)
  const said: string[] = []
  chat.proxy.meet = firstOfEach((nth) => {
    const value = Object.values(cases)[nth]?.retryAfter(clock.nowMs())
    return { kind: 'answer', status, headers: value === undefined ? {} : { 'retry-after': value } }
  })
  await chat.client.start()
  for (const [name, { least, most }] of Object.entries(cases)) {
    const text = `${String(status)}, ${name}`
    said.push(text)
    await chat.say(text)
    const delivery = () => chat.client.state.outbox[0]?.delivery
    await expect.poll(delivery, within).toEqual({ state: 'queued', attempts: 1 })
    await passTime(clock, chat, least * 1_000 - 1)
    expect(delivery(), text).toEqual({ state: 'queued', attempts: 1 })
    await clock.advance((most - least) * 1_000 + 1)
    expect(delivery()?.state, text).not.toBe('queued')
    // A renewal may be under way.
    for (let tries = 0; !chat.isQuiet() && tries < 200; tries += 1) await passTime(clock, chat, 100)
    expect(chat.isQuiet(), text).toBe(true)
  }
  expect(storedBeside(server, said[0] ?? '')).toEqual(said.map((content, n) => ({ content, sequence: n + 1 })))
  expect(chat.proxy.asked('POST', '/messages')).toHaveLength(said.length * 2)
}

describe('refusals that pass', () => {
  it('[FP10] after 500, 502, 503, 504 and 429 waits as long as Retry-After says, clamped to 1 s to 1 h, and loses nothing', () =>
    Promise.all([500, 502, 503, 504, 429].map(meetEachCase)))
})
