import { closeCodes, openLimits, rateLimits } from '@helvino/protocol'
import { systemClock } from '@helvino/runtime/system-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiAnswer, call, openVisitor, orgHeaders, postText } from './api-client.ts'
import { openRealClient } from './faults/real-client.ts'
import { runServer } from './faults/run-server.ts'
import { SocketClient } from './socket-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'
import { storedBeside } from './stored-messages.ts'
import { testFolder } from './test-folder.ts'

let server: SpawnedServer

beforeAll(async () => {
  buildServer()
  server = await spawnServer({ env: { TRUSTED_PROXIES: '1' } })
})
afterAll(() => server.remove())

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** A server for which no time passes: no bucket fills again, however slow the machine is. */
const runStill = () => runServer({ ...systemClock, monotonicMs: () => 1_000 }, testFolder(), { TRUSTED_PROXIES: '1' })

/** As a proxy in front passes it on. */
const from = (address: string) => ({ 'x-forwarded-for': address })
const statusesOf = (answers: readonly ApiAnswer[]) => [...new Set(answers.map(({ status }) => status))].sort()

/** Asks so often, some at a time. */
async function flood(count: number, ask: () => Promise<ApiAnswer>): Promise<ApiAnswer[]> {
  const answers: ApiAnswer[] = []
  while (answers.length < count)
    answers.push(...(await Promise.all(Array.from({ length: Math.min(100, count - answers.length) }, ask))))
  return answers
}

const refusalOf = (answers: readonly ApiAnswer[]) => answers.find(({ status }) => status === 429)

function expectRefusal(answer: ApiAnswer | undefined): void {
  expect(answer?.body).toMatchObject({ code: 'rate_limited', error: 'Too many requests' })
  expect(answer?.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
}

describe('limits over HTTP', () => {
  it('[RL17] lets 200 visitors behind one address open a chat and write, all in the same minute', async () => {
    const office = from('198.51.100.200')
    const people = Array.from({ length: 200 }, async (_unused, n) => {
      const secret = `v_${crypto.randomUUID()}`
      const boot = await call(`${server.url}/api/bootloader`, {
        headers: { ...orgHeaders, ...office, 'x-visitor-id': secret },
      })
      const headers = { ...orgHeaders, ...office, 'x-visitor-id': secret, 'x-org-token': String(boot.body['orgToken']) }
      const opened = await call(`${server.url}/conversations`, { method: 'POST', headers })
      const path = `${server.url}/conversations/${String(opened.body['id'])}/messages`
      const posted = await call(path, { headers, body: { role: 'user', content: `from the office ${n}` } })
      return [boot.status, opened.status, posted.status]
    })
    for (const statuses of await Promise.all(people)) expect(statuses).toEqual([200, 201, 201])
  })

  it('[RL18] refuses one address that asks too much, readably for its page, and no other one, whatever it writes into the header', async () => {
    const { url } = await runStill()
    const asked = () =>
      call(`${url}/api/bootloader`, {
        headers: { ...orgHeaders, ...from(`${crypto.randomUUID()}, 10.1.1.1, 203.0.113.77`) },
      })
    const answers = await flood(rateLimits.addressBootloader.burst + 50, asked)
    expect(statusesOf(answers)).toEqual([200, 429])
    const refusal = refusalOf(answers)
    expectRefusal(refusal)
    expect(refusal?.headers.get('access-control-allow-origin')).toBe('*')
    expect(refusal?.headers.get('access-control-expose-headers')).toContain('retry-after')
    const elsewhere = await call(`${url}/api/bootloader`, {
      headers: { ...orgHeaders, ...from('203.0.113.78') },
    })
    expect(elsewhere.status).toBe(200)
  })

  it('[RL19] refuses everything of an address beyond its limit, and counts every spelling of a route', async () => {
    const { url } = await runStill()
    const answers = await flood(rateLimits.address.burst + 50, () =>
      call(`${url}/${Math.random() < 0.5 ? '%2e%2fhealthz' : 'healthz'}?x=${crypto.randomUUID()}`, {
        headers: from('2001:db8:7:7:1234::1'),
      }),
    )
    const refusal = refusalOf(answers)
    expectRefusal(refusal)
    const sameHome = await call(`${url}/healthz`, { headers: from('2001:db8:7:7:ffff::2') })
    const agentsRoute = await call(`${url}/api/agent/team`, { headers: from('2001:db8:7:7::9') })
    expect([sameHome.status, agentsRoute.status]).toEqual([429, 429])
    expect(agentsRoute.headers.get('access-control-allow-origin')).toBeNull()
    expect((await call(`${url}/healthz`, { headers: from('2001:db8:7:8::1') })).status).toBe(200)
  })

  it('[RL20] refuses one visitor who writes too much, again while they do not wait, and nobody else', async () => {
    const { url } = await runStill()
    const [loud, quiet] = [await openVisitor(url), await openVisitor(url)]
    const answers = await flood(rateLimits.visitorMessages.burst + 100, () => postText(url, loud, 'again'))
    expect(statusesOf(answers)).toEqual([201, 429])
    expectRefusal(refusalOf(answers))
    const read = await call(`${url}/conversations`, { headers: loud.headers })
    expectRefusal(read)
    expect((await postText(url, quiet, 'once')).status).toBe(201)
  })

  it('[RL21] counts every message of a batch', async () => {
    const visitor = await openVisitor(server.url)
    const batch = (n: number) =>
      call(`${server.url}/conversations/${visitor.conversationId}/messages/batch`, {
        headers: visitor.headers,
        body: {
          messages: Array.from({ length: 50 }, (_unused, index) => ({
            role: 'user',
            content: 'one of many',
            clientMessageId: `${n}-${index}`,
          })),
        },
      })
    const statuses: number[] = []
    for (let n = 0; n < 8; n += 1) statuses.push((await batch(n)).status)
    expect(statuses.slice(0, 6)).toEqual(Array(6).fill(200))
    expect(statuses.slice(6)).toContain(429)
  })

  it('[RL22] refuses a read that waits where one visitor has so many waiting, and lets go of one that is given up', async () => {
    const visitor = await openVisitor(server.url)
    const stop = new AbortController()
    const waiting = (signal?: AbortSignal) =>
      fetch(`${server.url}/conversations/${visitor.conversationId}/messages?after=0&waitMs=20000`, {
        headers: visitor.headers,
        ...(signal && { signal }),
      })
    const held = Array.from({ length: openLimits.memberReads }, () => waiting(stop.signal).catch(() => undefined))
    await expect.poll(async () => (await waiting(AbortSignal.timeout(300)).catch(() => undefined))?.status).toBe(429)
    stop.abort()
    await Promise.all(held)
    const late = new AbortController()
    await expect
      .poll(() => Promise.race([waiting(late.signal).then(({ status }) => status), pause(300).then(() => 'held')]))
      .toBe('held')
    late.abort()
  })

  it('[RL23] delivers every message of a client that went beyond the limit, each once and in its order, some later', async () => {
    const secret = `v_${crypto.randomUUID()}`
    const visitor = await openVisitor(server.url, secret)
    const chat = openRealClient(server.url, undefined, secret)
    await chat.client.start()
    const first = `begin ${crypto.randomUUID()}`
    await chat.say(first)
    await expect.poll(() => chat.isQuiet()).toBe(true)
    // The same visitor elsewhere takes what there is.
    await flood(rateLimits.visitorMessages.burst, () => postText(server.url, visitor, 'from elsewhere'))
    const texts = Array.from({ length: 8 }, (_unused, n) => `late ${n}`)
    for (const text of texts) await chat.say(text)
    await expect.poll(() => chat.client.state.outbox.some(({ delivery }) => delivery.state === 'queued')).toBe(true)
    await expect.poll(() => chat.isQuiet(), { timeout: 60_000 }).toBe(true)
    const stored = storedBeside(server, first).map(({ content }) => content)
    expect(stored.filter((text) => text.startsWith('late'))).toEqual(texts)
    chat.client.dispose()
  })

  it('[RL24] says once in its log that a proxy is not declared, and then limits nobody behind it by address', async () => {
    const undeclared = await spawnServer()
    const answers = await flood(rateLimits.addressBootloader.burst + 200, () =>
      call(`${undeclared.url}/api/bootloader`, { headers: { ...orgHeaders, ...from('203.0.113.5') } }),
    )
    expect(statusesOf(answers)).toEqual([200])
    expect(undeclared.log().match(/proxy-undeclared/g)).toHaveLength(1)
    await undeclared.remove()
  })
})

describe('limits of sockets', () => {
  const hello = async (token: string, headers = {}) => {
    const socket = new SocketClient(server.url, headers)
    await socket.opened
    socket.send({ type: 'hello', protocol: 1, orgToken: token, conversations: [] })
    return socket
  }

  it('[RL25] closes with 4429, and says when to come back, the socket that is one too many of a visitor', async () => {
    const visitor = await openVisitor(server.url)
    const sockets: SocketClient[] = []
    for (let n = 0; n < openLimits.memberSockets; n += 1) sockets.push(await hello(visitor.token))
    await Promise.all(sockets.map((socket) => socket.until(({ type }) => type === 'ready')))
    const one = await hello(visitor.token)
    const { code, reason } = await one.closed
    expect([code, reason]).toEqual([closeCodes.tooMany, expect.stringMatching(/^retry-in-ms:\d{5}$/)])
    sockets[0]?.close()
    await expect
      .poll(async () => {
        const next = await hello(visitor.token)
        const got = await Promise.race([
          next.closed.then(({ code: why }) => why),
          next.until(({ type }) => type === 'ready'),
        ])
        return typeof got === 'number' ? got : 'ready'
      })
      .toBe('ready')
    for (const socket of sockets) socket.close()
  })

  it('[RL26] closes with 4429 a socket that sends frames without end', async () => {
    const visitor = await openVisitor(server.url)
    const socket = await hello(visitor.token)
    await socket.until(({ type }) => type === 'ready')
    for (let n = 0; n < rateLimits.socketFrames.burst * 2; n += 1) socket.send({ type: 'ping' })
    expect((await socket.closed).code).toBe(closeCodes.tooMany)
  })

  it('[RL27] refuses before the handshake the sockets of an address that asks too much', async () => {
    const { url } = await runStill()
    const address = from('203.0.113.99')
    await flood(rateLimits.address.burst + 50, () => call(`${url}/healthz`, { headers: address }))
    const socket = new SocketClient(url, address)
    await expect(socket.opened).rejects.toThrow('429')
  })
})
