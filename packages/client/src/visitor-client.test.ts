import type { HttpRequest } from '@helvino/runtime'
import { type SimAnswer, SimBrowser, type SimServerSocket } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { createVisitorClient } from './visitor-client.ts'

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const lifeSeconds = 300

/** A server that knows the bootloader and the two POST calls, and as much more as a test gives it. */
function rig({
  skewMs = 0,
  protocol = undefined as number | undefined,
  hasTimestamp = true,
  batchMessages = undefined as number | undefined,
} = {}) {
  const posts: string[] = []
  const calls: HttpRequest[] = []
  const gone = new Set<string>()
  const override: { respond: (path: string, request: HttpRequest) => SimAnswer | Promise<SimAnswer> | undefined } = {
    respond: () => undefined,
  }
  let conversations = 0
  const bootloader = (): SimAnswer => {
    const nowSeconds = Math.floor(browser.timeline.nowMs / 1_000)
    const orgToken = `${part({})}.${part({ iat: nowSeconds, exp: nowSeconds + lifeSeconds })}.c2ln`
    const timestamp = hasTimestamp ? new Date(browser.timeline.nowMs).toISOString() : undefined
    const org = { id: 'o1', key: 'demo', name: 'Demo' }
    return { status: 200, body: { ok: true, org, config: {}, orgToken, env: 'x', timestamp, protocol, batchMessages } }
  }
  const heard: SimServerSocket[] = []
  const browser = new SimBrowser({
    server: {
      onConnection: (socket) => {
        heard.push(socket)
        socket.listen({
          onText: (text) => {
            if (text.includes('"hello"')) socket.send('{"type":"ready","protocol":1,"conversations":[]}')
            else socket.send('{"type":"pong"}')
          },
        })
      },
      respond: (request) => {
        calls.push(request)
        const path = new URL(request.url).pathname
        const overridden = override.respond(path, request)
        if (overridden) return overridden
        if (path === '/api/bootloader') return bootloader()
        // It keeps no message that it could show again.
        if (request.method === 'GET' && path.endsWith('/messages') && posts.length > 0) return { status: 503 }
        if (request.method === 'GET')
          return { status: 200, body: { conversations: [], messages: [], latestSequence: 0 } }
        if (path === '/conversations') {
          conversations += 1
          return { status: 201, body: { id: `c${conversations}`, createdAt: 'x' } }
        }
        const id = path.split('/')[2] ?? ''
        if (gone.has(id)) return { status: 404, body: { error: 'Not found', code: 'not_found' } }
        posts.push(`${id}: ${String((JSON.parse(request.body ?? '{}') as { content: unknown }).content)}`)
        const sequence = protocol === undefined ? undefined : 10 + posts.length
        return { status: 201, body: { id: String(posts.length), role: 'user', sequence } }
      },
    },
  })
  const tab = browser.openTab()
  tab.clock.stepWallClock(skewMs)
  const { timeline } = browser
  const client = createVisitorClient({
    runtime: tab.runtime,
    apiUrl: 'https://chat.test',
    site: { orgKey: 'demo' },
    visitorId: 'v_1',
  })
  const openClient = (visitorId = 'v_1') => {
    const other = browser.openTab()
    const options = { runtime: other.runtime, apiUrl: 'https://chat.test', site: { orgKey: 'demo' } } as const
    return { tab: other, client: createVisitorClient({ ...options, visitorId }) }
  }
  const boots = () => calls.filter(({ url }) => url.endsWith('/api/bootloader')).length
  return { browser, client, openClient, timeline, tab, posts, calls, gone, override, boots, heard }
}

describe('a visitor’s client', () => {
  it('[VC1] sends everything to a server that knows three calls, with the founding headers only, and takes its 2xx for what it is', async () => {
    const { client, timeline, posts, calls } = rig()
    await client.start()
    for (const text of ['one', 'two']) await client.send(text)
    await timeline.advance(5_000)
    expect(posts).toEqual(['c1: one', 'c1: two'])
    expect(client.timeline().map(({ kind }) => kind)).toEqual(['accepted', 'accepted'])
    const names = new Set(calls.flatMap(({ headers }) => Object.keys(headers)))
    expect([...names].sort()).toEqual(['content-type', 'x-org-key', 'x-org-token', 'x-visitor-id'])
    expect(client.state.isListed).toBe(true)
  })

  it('[CV12] does not take a yes without a number for that of a server which numbers every message, and tries again', async () => {
    const { client, timeline, posts, override } = rig({ protocol: 1 })
    await client.start()
    await timeline.advance(1_000)
    let portals = 0
    override.respond = (path, { method }) => {
      if (method !== 'POST' || !path.endsWith('/messages') || portals > 0) return undefined
      portals += 1
      return { status: 200, body: { id: 'a portal', role: 'user' } }
    }
    await client.send('one')
    await timeline.advance(500)
    expect([portals, posts]).toEqual([1, []])
    expect(client.timeline().map(({ kind }) => kind)).toEqual(['pending'])
    await timeline.advance(10_000)
    expect([portals, posts]).toEqual([1, ['c1: one']])
    expect(client.state.outbox).toEqual([])
  })

  it('[VC2] renews ahead of time without a live connection too, so that no write waits (S07, S21)', async () => {
    const { client, timeline, boots } = rig()
    const waits: boolean[] = []
    client.subscribe(({ delivery }) => waits.push(delivery.isWaitingForToken))
    await client.start()
    await timeline.advance(5_000)
    for (let n = 0; n < 60; n += 1) {
      await client.send(`message ${n}`)
      await timeline.advance(60_000)
    }
    expect(boots()).toBeGreaterThanOrEqual(13)
    expect(boots()).toBeLessThanOrEqual(17)
    expect(waits).not.toContain(true)
  })

  it.each([-600_000, 0, 600_000, 86_400_000])(
    '[VC3] times a token without the server’s time by its own moment of issue, whatever this clock says (%i ms)',
    async (skewMs) => {
      const { client, timeline, posts, boots } = rig({ skewMs, hasTimestamp: false })
      await client.start()
      await client.send('hello')
      await timeline.advance(60_000)
      expect(posts).toEqual(['c1: hello'])
      expect(boots()).toBe(1)
    },
  )

  it('[VC4] leaves a conversation that is gone: the message fails visibly and goes to a new one when tried again', async () => {
    const { client, timeline, posts, gone } = rig()
    await client.start()
    await client.send('one')
    await timeline.advance(1_000)
    gone.add('c1')
    await client.send('two')
    await timeline.advance(1_000)
    const [entry] = client.state.outbox
    expect(entry?.delivery).toEqual({ state: 'failed', code: 'not_found' })
    if (entry) await client.retry(entry.id)
    await timeline.advance(1_000)
    expect(posts).toEqual(['c1: one', 'c2: two'])
  })

  it('[VC5] does not leave the conversation that was opened while an older list was on its way', async () => {
    const { client, timeline, tab, override } = rig({ protocol: 1 })
    override.respond = (path, { method }) =>
      method === 'GET' && path === '/conversations'
        ? {
            status: 200,
            body: { conversations: [{ id: 'c0', createdAt: 'x', status: 'resolved', latestSequence: 0 }] },
          }
        : undefined
    const list = tab.network.holdNext(({ url, method }) => method === 'GET' && url.endsWith('/conversations'))
    void client.start()
    await timeline.advance(100)
    await client.send('new')
    await timeline.advance(1_000)
    list.release()
    await timeline.advance(1_000)
    expect(client.state.currentId).toBe('c1')
    expect(client.timeline()).toHaveLength(1)
  })

  it('[VC6] that sleeps is not woken by its own renewals', async () => {
    const { client, timeline, tab, override, boots } = rig({ protocol: 1 })
    await client.start()
    await timeline.advance(5_000)
    override.respond = (path) => (path.endsWith('/messages') ? { status: 503 } : undefined)
    await client.send('cannot be sent')
    tab.life.emit('hidden')
    await timeline.advance(3_600_000)
    const before = boots()
    await timeline.advance(3_600_000)
    // What is left to send is retried every five minutes, and needs a token then; nothing else does.
    expect(boots() - before).toBeLessThanOrEqual(13)
    expect(tab.network.sockets).toHaveLength(0)
    expect(client.state.connection.state).toBe('offline')
  })

  it('[VC7] shows no wait where the bootloader is in trouble and the token still valid (S10)', async () => {
    const { client, timeline, override, posts } = rig()
    const waits: boolean[] = []
    await client.start()
    await timeline.advance(1_000)
    override.respond = (path) => (path === '/api/bootloader' ? { status: 503 } : undefined)
    await timeline.advance(286_000)
    await client.send('first to find out')
    await timeline.advance(500)
    client.subscribe(({ delivery }) => waits.push(delivery.isWaitingForToken))
    await client.send('second')
    await timeline.advance(500)
    expect(posts).toEqual(['c1: first to find out', 'c1: second'])
    expect(waits).not.toContain(true)
  })

  it('[VC18] that is merely seen asks for a token ever more rarely in an outage, and is live soon after it has one', async () => {
    const { client, timeline, tab, override, boots } = rig({ protocol: 1 })
    await client.start()
    await client.openConversation()
    await timeline.advance(5_000)
    expect(client.state.connection.state).toBe('live')
    tab.network.areSocketsBlocked = true
    tab.network.cutSockets()
    override.respond = () => ({ status: 503 })
    await timeline.advance(900_000)
    const before = boots()
    await timeline.advance(900_000)
    // Every 150 to 300 s, once.
    expect(boots() - before).toBeLessThanOrEqual(6)
    expect(boots() - before).toBeGreaterThanOrEqual(3)
    tab.network.areSocketsBlocked = false
    override.respond = () => undefined
    const tried = boots()
    while (boots() === tried) await timeline.advance(100)
    await timeline.advance(6_000)
    expect(client.state.connection.state).toBe('live')
  })

  it('[VC8] that is disposed of while its first call is under way leaves nothing behind', async () => {
    const { client, timeline, tab } = rig({ protocol: 1 })
    tab.network.delayMs = 500
    void client.start()
    await timeline.advance(100)
    client.dispose()
    await timeline.advance(3_600_000)
    expect(tab.clock.pendingTimers).toBe(0)
    expect(tab.network.sockets).toHaveLength(0)
    expect(tab.life.listenerCount).toBe(0)
  })

  it('[VC9] tells a refusal of the bootloader apart from one of the message, and asks ever more rarely', async () => {
    const { client, timeline, override, boots } = rig({ protocol: 1 })
    override.respond = (path) =>
      path === '/api/bootloader' ? { status: 404, body: { error: 'Not found', code: 'not_found' } } : undefined
    await client.start()
    await client.send('to nobody')
    await timeline.advance(1_000)
    expect(client.state.outbox[0]?.delivery).toEqual({ state: 'failed', code: 'bootloader_not_found' })
    expect(client.state.connection).toEqual({ state: 'denied', code: 'bootloader_not_found' })
    await timeline.advance(24 * 3_600_000)
    expect(boots()).toBeLessThanOrEqual(40)
    override.respond = () => undefined
    await timeline.advance(3_600_000)
    expect(client.state.connection.state).not.toBe('denied')
  })

  it('[VC10] sends what waits in one request where the server says that it takes several, and one by one where it refuses that', async () => {
    const { client, timeline, tab, posts, calls, override } = rig({ protocol: 1, batchMessages: 50 })
    const batches: string[][] = []
    override.respond = (path, { method, body }) => {
      // It is asked for what it has once the network is back, and must not seem to have lost what it took.
      if (method === 'GET' && path.endsWith('/messages')) return { status: 503 }
      if (!path.endsWith('/batch')) return undefined
      const { messages } = JSON.parse(body ?? '') as { messages: { content: string }[] }
      batches.push(messages.map(({ content }) => content))
      if (batches.length > 1) return { status: 404, body: { code: 'not_found', error: 'Not found' } }
      const results = messages.map(({ content }, n) =>
        content === 'bad' ? { code: 'content_invalid', error: 'x' } : { message: { id: `b${n}`, sequence: n + 1 } },
      )
      return { status: 200, body: { results } }
    }
    await client.start()
    tab.network.isOffline = true
    for (const text of ['one', 'bad', 'two']) await client.send(text)
    await timeline.advance(2_000)
    tab.network.isOffline = false
    await timeline.advance(60_000)
    expect(batches).toEqual([['one', 'bad', 'two']])
    expect(client.state.outbox).toMatchObject([
      { content: 'bad', delivery: { state: 'failed', code: 'content_invalid' } },
    ])
    expect(client.timeline().map(({ kind }) => kind)).toEqual(['confirmed', 'confirmed', 'pending'])
    // As where a server is rolled back under an open page.
    tab.network.isOffline = true
    for (const text of ['three', 'four']) await client.send(text)
    await timeline.advance(2_000)
    tab.network.isOffline = false
    await timeline.advance(60_000)
    expect(posts).toEqual(['c1: three', 'c1: four'])
    expect(calls.filter(({ url }) => url.endsWith('/batch'))).toHaveLength(2)
  })

  it('[VC11] leaves what waits to the next page, which sends it in the order of writing, and to nobody else', async () => {
    const { client, openClient, timeline, tab, posts } = rig()
    await client.start()
    tab.network.isOffline = true
    for (const text of ['one', 'two', 'three']) await client.send(text)
    await timeline.advance(1_000)
    tab.kill()
    const stranger = openClient('v_2')
    await stranger.client.start()
    await timeline.advance(60_000)
    expect(stranger.client.state.outbox).toEqual([])
    expect(posts).toEqual([])
    const next = openClient()
    await next.client.start()
    expect(next.client.timeline().map(({ kind }) => kind)).toEqual(['pending', 'pending', 'pending'])
    await timeline.advance(60_000)
    expect(posts).toEqual(['c1: one', 'c1: two', 'c1: three'])
    expect(next.client.state.outbox).toEqual([])
  })

  it('[VC12] shows in every tab what one of them writes, with one request at a time between them', async () => {
    const { client, openClient, timeline, tab, posts, calls } = rig()
    const other = openClient()
    tab.network.delayMs = other.tab.network.delayMs = 500
    void client.start()
    void other.client.start()
    await timeline.advance(5_000)
    await Promise.all([client.send('here'), other.client.send('there')])
    await timeline.advance(100)
    expect(client.state.outbox.map(({ content }) => content).toSorted()).toEqual(['here', 'there'])
    expect(other.client.state.outbox.map(({ id }) => id)).toEqual(client.state.outbox.map(({ id }) => id))
    await timeline.advance(60_000)
    expect([client.state.outbox, other.client.state.outbox]).toEqual([[], []])
    expect(posts.toSorted()).toEqual(['c1: here', 'c1: there'])
    expect(calls.filter(({ method }) => method === 'POST')).toHaveLength(3)
  })

  it('[VC16] asks for the list of conversations again that was refused, once it has the next token', async () => {
    const { override, calls, timeline, client } = rig({ protocol: 1 })
    let isShut = true
    override.respond = (path, { method }) =>
      isShut && method === 'GET' && path === '/conversations'
        ? { status: 403, body: { error: 'This site may not use the widget yet', code: 'origin_not_allowed' } }
        : undefined
    await client.start()
    await timeline.advance(60_000)
    expect(client.state.isListed).toBe(false)
    isShut = false
    const before = calls.length
    await timeline.advance(lifeSeconds * 1_000)
    expect(calls.slice(before).map(({ url }) => new URL(url).pathname)).toContain('/api/bootloader')
    expect(client.state.isListed).toBe(true)
    client.dispose()
  })

  it('[VC17] leaves a conversation that the server lost to an older copy, and shows in every tab the one that another tab opened since', async () => {
    const { client, openClient, timeline, heard, posts, gone, override } = rig({ protocol: 1 })
    const other = openClient()
    const lists: string[] = []
    override.respond = (path, { method }) => {
      if (method !== 'GET' || path === '/api/bootloader') return undefined
      lists.push(path)
      const living = ['c2', 'c1'].filter((id) => !gone.has(id) && posts.some((post) => post.startsWith(id)))
      const conversations = living.map((id) => ({ id, createdAt: 'x', status: 'open', latestSequence: 0 }))
      if (path === '/conversations') return { status: 200, body: { conversations } }
      if (gone.has(path.split('/')[2] ?? '')) return { status: 404, body: { error: 'Not found', code: 'not_found' } }
      return { status: 200, body: { messages: [], latestSequence: 20 } }
    }
    await client.start()
    await other.client.start()
    await client.send('before')
    await timeline.advance(5_000)
    expect([client.state.currentId, other.client.state.currentId]).toEqual(['c1', 'c1'])
    gone.add('c1')
    other.tab.clock.freezeTimers()
    for (const socket of heard) socket.close(1012, 'restored')
    await timeline.advance(60_000)
    expect(client.state.currentId).toBeUndefined()
    await client.send('after')
    await timeline.advance(10_000)
    expect(posts).toEqual(['c1: before', 'c2: after'])
    other.tab.clock.thawTimers()
    other.tab.life.emit('returned')
    await timeline.advance(10_000)
    expect([client.state.currentId, other.client.state.currentId]).toEqual(['c2', 'c2'])
    expect(lists.length).toBeLessThan(20)
  })

  it('[VC13] tells where nothing outlives the page', async () => {
    const { browser, client, timeline } = rig()
    await client.start()
    await client.send('kept')
    expect(client.state.durability).toBe('device')
    browser.database.isBlocked = browser.texts.isBlocked = true
    await client.send('not kept')
    expect(client.state.durability).toBe('page')
    await timeline.advance(5_000)
    expect(client.state.outbox).toEqual([])
  })

  it('[VC14] needs no socket before something is said, in whichever tab, and from then on every tab hears the answer', async () => {
    const { client, openClient, timeline, heard, override } = rig({ protocol: 1 })
    const other = openClient()
    override.respond = (path, { method }) =>
      method === 'GET' && path.endsWith('/messages') && heard.length === 0
        ? { status: 200, body: { messages: [], latestSequence: 0 } }
        : undefined
    await client.start()
    await other.client.start()
    await timeline.advance(60_000)
    expect(heard).toHaveLength(0)
    await client.send('hello')
    await timeline.advance(1_000)
    expect(heard).toHaveLength(1)
    const answer = {
      ...{ id: 'm99', conversationId: 'c1', sequence: 99, role: 'agent', kind: 'text', content: 'hello, too' },
      ...{ attachments: [], timestamp: '2027-01-01T00:00:00.000Z', clientMessageId: null },
    }
    heard[0]?.send(JSON.stringify({ type: 'message', message: answer }))
    await timeline.advance(500)
    for (const each of [client, other.client])
      expect(each.timeline().map((item) => item.kind === 'confirmed' && item.message.content)).toContain('hello, too')
    expect(heard).toHaveLength(1)
  })

  it('[VC15] hears by long-polling what is new where no socket can be had, says so, and takes a socket when there is one', async () => {
    const { client, timeline, tab, calls, override } = rig({ protocol: 1 })
    const said: object[] = []
    override.respond = (path, { method, url }) => {
      if (method !== 'GET' || !path.endsWith('/messages')) return undefined
      const after = Number(new URL(url).searchParams.get('after') ?? 0)
      return { status: 200, body: { messages: said.slice(after), latestSequence: said.length } }
    }
    const answer = (sequence: number) =>
      said.push({
        ...{ id: `m${sequence}`, conversationId: 'c1', sequence, role: 'agent', kind: 'text' },
        ...{ content: `answer ${sequence}`, attachments: [], timestamp: new Date(0).toISOString() },
      })
    tab.network.areSocketsBlocked = true
    await client.start()
    await client.openConversation()
    await timeline.advance(40_000)
    expect(client.state.connection).toEqual({ state: 'polling' })
    for (const sequence of [1, 2]) {
      answer(sequence)
      await timeline.advance(11_000)
      expect(client.timeline()).toHaveLength(sequence)
    }
    const polls = calls.filter(({ url }) => url.includes('waitMs='))
    expect(polls.length).toBeGreaterThan(0)
    expect(polls.every(({ url }) => url.includes('waitMs=25000'))).toBe(true)
    tab.life.emit('hidden')
    const before = calls.length
    await timeline.advance(300_000)
    // Hidden, and without holding a request.
    expect(calls.length - before).toBeLessThanOrEqual(15)
    expect(calls.slice(before + 1).some(({ url }) => url.includes('waitMs='))).toBe(false)
    tab.network.areSocketsBlocked = false
    tab.life.emit('visible')
    await timeline.advance(10_000)
    expect(client.state.connection).toEqual({ state: 'live' })
    client.dispose()
  })
})
