import { HeldResponse, SimClock } from '@helvino/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildServer, type SpawnedServer, spawnServer } from '../spawn-server.ts'
import { storedBeside } from '../stored-messages.ts'
import type { Fault } from './fault.ts'
import { clientMessageIds, type FaultyChat, firstOfEach, messagePosts, noNews, openFaultyChat } from './faulty-chat.ts'
import { boundariesOf } from './http-message.ts'
import { PacedClock } from './paced-clock.ts'

let server: SpawnedServer
beforeAll(async () => {
  buildServer()
  server = await spawnServer()
})
afterAll(() => server.remove())

const within = { timeout: 60_000, interval: 5 }
/** Says it and waits until it is stored, so that it has a request of its own. */
async function sayAlone(chat: FaultyChat, text: string): Promise<void> {
  await chat.say(text)
  await expect.poll(() => chat.isQuiet(), within).toBe(true)
}

/** What was said is what is stored, once each and in that order, and what is shown. */
async function expectStoredOnce(chat: FaultyChat, said: readonly string[]): Promise<void> {
  await expect.poll(() => chat.isQuiet(), within).toBe(true)
  expect(storedBeside(server, said[0] ?? '')).toEqual(said.map((content, n) => ({ content, sequence: n + 1 })))
  expect(chat.shown()).toEqual(said)
}

const firstContact = ['/api/bootloader', '/conversations', '/messages']
const faults: Fault[] = [
  { kind: 'drop', afterBytes: 60, by: 'reset' },
  { kind: 'lose-response', afterBytes: 0, by: 'close' },
  { kind: 'lose-response', afterBytes: 200, by: 'reset' },
  { kind: 'black-hole' },
  { kind: 'swallow-response' },
  { kind: 'duplicate', isConcurrent: true },
  { kind: 'answer', status: 503, headers: { 'retry-after': '1' } },
  { kind: 'answer', status: 200, body: { ok: 'of a captive portal' } },
]

/** A visitor says one thing, and the first of its requests to this path meets the fault. */
async function meetOnce(path: string, fault: Fault): Promise<void> {
  const chat = await openFaultyChat(server.url, new PacedClock(20))
  let isMet = false
  chat.proxy.meet = (exchange) => {
    const isIt = exchange.path.endsWith(path) && exchange.method === (path === '/api/bootloader' ? 'GET' : 'POST')
    if (isMet || !isIt) return noNews(exchange)
    isMet = true
    return fault
  }
  const text = `first contact ${path} ${JSON.stringify(fault)}`
  void chat.client.start()
  await chat.say(text)
  await expectStoredOnce(chat, [text])
  await chat.client.refreshList()
  expect(chat.client.state.conversations, text).toHaveLength(1)
  expect(isMet).toBe(true)
}

describe('requests on a network that fails', () => {
  it('[FP1] stores a message once, wherever its request was cut', async () => {
    const chat = await openFaultyChat(server.url, new PacedClock(20))
    let points = 1
    chat.proxy.meet = firstOfEach((nth, { bytes }) => {
      const boundaries = boundariesOf(bytes)
      points = boundaries.length * 2
      return { kind: 'drop', afterBytes: boundaries[nth >> 1] ?? 0, by: nth % 2 === 0 ? 'close' : 'reset' }
    })
    await chat.client.start()
    const said: string[] = []
    while (said.length < points) {
      const text = `cut request ${String(said.length)} ${crypto.randomUUID()}`
      said.push(text)
      await sayAlone(chat, text)
    }
    expect(points).toBeGreaterThan(50)
    await expectStoredOnce(chat, said)
    expect(messagePosts(chat.proxy)).toHaveLength(said.length * 2)
  })

  it('[FP2] gives a message whose answer was lost, wherever it was cut, the id that it got at first', async () => {
    const chat = await openFaultyChat(server.url, new PacedClock(20))
    let points = 1
    chat.proxy.meet = firstOfEach((nth) => ({
      kind: 'lose-response',
      afterBytes(answer) {
        const boundaries = boundariesOf(answer)
        points = boundaries.length * 2
        return boundaries[nth >> 1] ?? 0
      },
      by: nth % 2 === 0 ? 'close' : 'reset',
    }))
    await chat.client.start()
    const said: string[] = []
    while (said.length < points) {
      said.push(`lost answer ${String(said.length)}`)
      await sayAlone(chat, said.at(-1) ?? '')
    }
    expect(points).toBeGreaterThan(30)
    await expectStoredOnce(chat, said)
    const tries = Object.groupBy(messagePosts(chat.proxy), (post) => clientMessageIds(post)[0] ?? '')
    for (const [first, second] of Object.values(tries).map((both) => both ?? [])) {
      expect([first?.answers[0]?.status, second?.answers[0]?.status]).toEqual([201, 200])
      expect(second?.answers[0]?.headers.get('idempotent-replayed')).toBe('true')
      expect(second?.answers[0]?.body).toBe(first?.answers[0]?.body)
    }
  })

  it.each(['black-hole', 'swallow-response'] as const)(
    '[FP3] gives a request up after 15 s without an answer, and sends it again with its key (%s)',
    async (kind) => {
      const clock = new SimClock()
      const chat = await openFaultyChat(server.url, clock)
      chat.proxy.meet = firstOfEach(() => ({ kind }))
      await chat.client.start()
      await chat.say(`no answer: ${kind}`)
      const posts = () => messagePosts(chat.proxy)
      await expect.poll(() => posts()[0]?.answers.length, within).toBe(kind === 'black-hole' ? 0 : 1)
      await clock.advance(14_999)
      await new Promise((resolve) => setTimeout(resolve, 50))
      expect([posts().length, chat.client.state.outbox[0]?.delivery.state]).toEqual([1, 'sending'])
      await clock.advance(1)
      await expect.poll(() => chat.client.state.outbox[0]?.delivery, within).toMatchObject({ attempts: 1 })
      await clock.advance(1_000)
      await expectStoredOnce(chat, [`no answer: ${kind}`])
      expect(posts().map(clientMessageIds)).toEqual([clientMessageIds(posts()[0]!), clientMessageIds(posts()[0]!)])
    },
  )

  it('[FP4] takes an answer that is late or trickles in, within 15 s, and sends nothing twice', async () => {
    const chat = await openFaultyChat(server.url)
    chat.proxy.meet = firstOfEach((nth) =>
      nth % 2 === 0
        ? { kind: 'throttle', sliceBytes: 40, everyMs: 5 }
        : { kind: 'delay', requestMs: 100, responseMs: 100 },
    )
    await chat.client.start()
    const said = ['late 1', 'late 2', 'late 3', 'late 4']
    for (const text of said) await sayAlone(chat, text)
    await expectStoredOnce(chat, said)
    expect(messagePosts(chat.proxy)).toHaveLength(said.length)
  })

  it('[FP5] stores a message once whose request comes twice, one after the other, both at once or an age later', async () => {
    const chat = await openFaultyChat(server.url)
    chat.proxy.meet = (exchange) =>
      noNews(exchange) ?? { kind: 'duplicate', isConcurrent: chat.proxy.exchanges.length % 2 === 0 }
    await chat.client.start()
    const said = Array.from({ length: 20 }, (_unused, n) => `twice ${String(n)}`)
    for (const text of said) await sayAlone(chat, text)
    await expectStoredOnce(chat, said)
    const posts = messagePosts(chat.proxy)
    expect(posts).toHaveLength(said.length)
    for (const { answers } of posts) {
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 201])
      expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
    }
    for (const { path, headers, body, answers } of posts) {
      const names = ['content-type', 'x-org-key', 'x-visitor-id', 'x-org-token']
      const again = Object.fromEntries(names.map((name) => [name, headers.get(name) ?? '']))
      const answer = await fetch(server.url + path, { method: 'POST', headers: again, body })
      expect([answer.status, await answer.text()]).toEqual([200, answers[0]?.body])
    }
    await chat.client.refreshList()
    expect(chat.client.state.conversations).toHaveLength(1)
    await expectStoredOnce(chat, said)
  })

  it('[FP6] opens one conversation with one message in it, whatever happens to one of its first three requests', async () => {
    const cases = firstContact.flatMap((path) => faults.map((fault) => ({ path, fault })))
    await Promise.all(cases.map(({ path, fault }) => meetOnce(path, fault)))
  })

  it('[FP7] comes to the same whatever the order in which four answers arrive', async () => {
    const clock = new SimClock()
    const chat = await openFaultyChat(server.url, clock)
    chat.proxy.meet = noNews
    await chat.client.start()
    const said = ['any order, to begin with']
    await chat.say(said[0] ?? '')
    await expect.poll(() => chat.isQuiet(), within).toBe(true)
    for (const order of permutations([0, 1, 2, 3])) {
      // Renewals have a budget by the minute.
      await clock.advance(20_000)
      const held = order.map(() => new HeldResponse())
      const kinds = ['POST /messages', 'GET /messages', 'GET /conversations', 'GET /bootloader']
      chat.proxy.meet = ({ method, path, query }) => {
        const [verb, pathEnd] = [`${method} `, path.slice(path.lastIndexOf('/'))]
        const response = held[kinds.indexOf(verb + pathEnd)]
        return response ? { kind: 'hold', response } : noNews({ path, query })
      }
      const text = `any order: ${order.join('')}`
      said.push(text)
      const renewed = chat.client.renewer.refresh()
      const listed = chat.client.refreshList()
      chat.life.emit('online')
      await chat.say(text)
      await expect.poll(() => held.map(({ isReady }) => isReady), within).toEqual([true, true, true, true])
      for (const index of order) {
        held[index]?.release()
        await new Promise((resolve) => setTimeout(resolve, 3))
      }
      await Promise.all([renewed, listed])
      await expect.poll(() => chat.isQuiet(), within).toBe(true)
      expect(chat.shown()).toEqual(said)
      expect(chat.client.state.conversations).toHaveLength(1)
      expect(chat.client.renewer.token()).toBeDefined()
    }
    await expectStoredOnce(chat, said)
    expect(messagePosts(chat.proxy)).toHaveLength(25)
  })

  it('[FP8] does not let a late 401 undo the token that came after it', async () => {
    const chat = await openFaultyChat(server.url)
    const response = new HeldResponse()
    const body = { error: 'Invalid or expired org token', code: 'token_expired' }
    chat.proxy.meet = firstOfEach(() => ({ kind: 'answer', status: 401, body, response }))
    await chat.client.start()
    await chat.say('a late refusal')
    const posts = () => messagePosts(chat.proxy)
    await expect.poll(() => posts().length, within).toBe(1)
    // A token tells its moment of issue in whole seconds: an earlier one would be the same.
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    await chat.client.renewer.refresh()
    const token = chat.client.renewer.token()
    const renewals = chat.proxy.asked('GET', '/api/bootloader').length
    response.release()
    await expectStoredOnce(chat, ['a late refusal'])
    expect(posts().map(({ headers }) => headers.get('x-org-token') === token)).toEqual([false, true])
    expect(chat.client.renewer.token()).toBe(token)
    expect(chat.proxy.asked('GET', '/api/bootloader')).toHaveLength(renewals)
  })

  it('[FP9] stores 1,000 messages whose first answers were all lost, once each and in order', async () => {
    const perVisitor = 250
    const chats = await Promise.all([1, 2, 3, 4].map(() => openFaultyChat(server.url, new PacedClock(40))))
    await Promise.all(
      chats.map(async (chat, visitor) => {
        chat.proxy.meet = firstOfEach((nth) => ({
          kind: 'lose-response',
          afterBytes: (nth % 3) * 250,
          by: nth % 2 === 0 ? 'close' : 'reset',
        }))
        await chat.client.start()
        const said = Array.from({ length: perVisitor }, (_unused, n) => `of 1,000: ${String(visitor)}-${String(n)}`)
        for (const text of said) {
          await expect.poll(() => chat.client.state.outbox.length, within).toBeLessThan(150)
          await chat.say(text)
        }
        await expectStoredOnce(chat, said)
        const tries = Object.groupBy(messagePosts(chat.proxy).flatMap(clientMessageIds), (id) => id)
        expect(Object.keys(tries)).toHaveLength(perVisitor)
        for (const ids of Object.values(tries)) expect(ids?.length).toBeGreaterThanOrEqual(2)
      }),
    )
  })
})

function permutations(items: readonly number[]): readonly (readonly number[])[] {
  if (items.length === 0) return [[]]
  return items.flatMap((item) => permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]))
}
