import {
  asRecord,
  decodeConversation,
  decodeKeptProfile,
  decodeVisitorAnswer,
  decodeVisitorFrame,
} from '@helvino/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type AgentLogin,
  call,
  fetchToken,
  logIn,
  openVisitor,
  orgHeaders,
  postText,
  type Visitor,
} from './api-client.ts'
import { SocketClient } from './socket-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

let server: SpawnedServer
let url: string
let agent: AgentLogin

beforeAll(async () => {
  buildServer()
  server = await spawnServer()
  url = server.url
  agent = await logIn(url, server.admin)
})

afterAll(() => server.remove())

const firefox = 'Mozilla/5.0 (Android 14; Mobile; rv:131.0) Gecko/131.0 Firefox/131.0'
const put = ({ headers }: Pick<Visitor, 'headers'>, body: unknown) =>
  call(`${url}/api/visitor`, { method: 'PUT', headers: { ...headers, 'user-agent': firefox }, body })
const ofAgent = (path: string, body?: object) =>
  call(`${url}/api/agent/conversations/${path}`, { headers: agent.headers, ...(body && { body }) })

describe('a visitor’s profile', () => {
  it('[VF10] is kept with the browser, answered, and shown to agents beside the visitor’s other conversations', async () => {
    const visitor = await openVisitor(url)
    const before = await ofAgent(`${visitor.conversationId}/visitor`)
    expect(decodeVisitorAnswer(before.body)).toMatchObject({
      visitor: { name: null, email: null, browser: null, page: null, firstSeenAt: null, lastSeenAt: null },
      conversations: [],
    })
    const page = { url: 'https://shop.example/cart?token=secret', title: 'Cart' }
    const { status, headers, body } = await put(visitor, {
      name: 'Ann',
      email: 'ann@shop.example',
      language: 'de',
      page,
    })
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store'])
    const kept = decodeKeptProfile(body)
    expect(kept).toMatchObject({
      ...{ name: 'Ann', email: 'ann@shop.example', language: 'de', browser: 'Firefox on Android' },
      page: { url: 'https://shop.example/cart', title: 'Cart' },
    })
    expect(body).toEqual({ visitor: kept })
    await postText(url, visitor, 'an older question')
    await ofAgent(`${visitor.conversationId}/resolve`, {})
    const second = await call(`${url}/conversations`, { method: 'POST', headers: visitor.headers })
    const after = await ofAgent(`${String(second.body['id'])}/visitor`)
    expect(decodeVisitorAnswer(after.body)).toEqual(after.body)
    expect(after.body).toEqual({
      visitor: kept,
      conversations: [
        {
          ...{ id: visitor.conversationId, status: 'resolved', preview: 'an older question' },
          createdAt: expect.any(String) as string,
        },
      ],
    })
    expect((await ofAgent('nowhere/visitor')).status).toBe(404)
    expect((await call(`${url}/api/agent/conversations/x/visitor`, { headers: visitor.headers })).status).toBe(401)
  })

  it('[VF11] is refused with a time to wait when it comes again within five seconds, which stops no message', async () => {
    const visitor = await openVisitor(url)
    expect((await put(visitor, { name: 'Ann' })).status).toBe(200)
    const again = await put(visitor, { name: 'Bob' })
    expect([again.status, again.body['code']]).toEqual([429, 'rate_limited'])
    expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(Number(again.headers.get('retry-after'))).toBeLessThanOrEqual(5)
    expect((await postText(url, visitor, 'hello')).status).toBe(201)
  })

  it('[VF12] is taken from a page of another site, with a token that is bound to the visitor, and refused by the field', async () => {
    const visitor = await openVisitor(url)
    const refused = await put(visitor, { email: 'nobody' })
    expect([refused.status, refused.body['code'], refused.body['field']]).toEqual([400, 'request_invalid', 'email'])
    const { body } = await call(`${url}/api/bootloader`, { headers: orgHeaders })
    const unbound = { 'x-org-token': String(body['orgToken']) }
    expect((await put({ headers: unbound }, {})).body).toMatchObject({ code: 'token_invalid' })
    expect((await put({ headers: {} }, {})).body).toMatchObject({ code: 'token_missing' })
    const preflight = await call(`${url}/api/visitor`, { method: 'OPTIONS' })
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PUT')
  })

  it('[VF13] is told live to agents when it changes, and names the visitor in the conversation; no visitor hears of it', async () => {
    const visitor = await openVisitor(url)
    await postText(url, visitor, 'hello')
    const [hears, sees] = [new SocketClient(url), new SocketClient(url)]
    await hears.hello({ agentToken: agent.token })
    await sees.hello({ orgToken: visitor.token })
    await put(visitor, { name: 'Ann', email: 'ann@shop.example' })
    const frame = await hears.until(({ type }) => type === 'visitor')
    expect(decodeVisitorFrame(JSON.stringify(frame))).toMatchObject({ visitor: { name: 'Ann' } })
    const told = await hears.until((each) => asRecord(each['conversation'])?.['visitorName'] === 'Ann')
    expect(told['conversation']).toMatchObject({ id: visitor.conversationId, visitorEmail: 'ann@shop.example' })
    await postText(url, visitor, 'last')
    await sees.until((each) => asRecord(each['message'])?.['content'] === 'last')
    expect(JSON.stringify(sees.frames)).not.toMatch(/Ann|visitor/)
    hears.close()
    sees.close()
  })
})

describe('read state', () => {
  it('[RS11] tells a visitor live how far agents have read, and in the list', async () => {
    const visitor = await openVisitor(url)
    await postText(url, visitor, 'hello')
    const sees = new SocketClient(url)
    await sees.hello({ orgToken: visitor.token })
    await ofAgent(`${visitor.conversationId}/read`, { sequence: 1 })
    const frame = await sees.until((each) => asRecord(each['conversation'])?.['readSequence'] === 1)
    expect(decodeConversation(frame['conversation'])).toEqual(frame['conversation'])
    const { body } = await call(`${url}/conversations`, { headers: visitor.headers })
    expect(body['conversations']).toMatchObject([{ readSequence: 1 }])
    expect(JSON.stringify(body)).not.toContain('visitor')
    sees.close()
  })

  it('[RS12] tells agents live how far the visitor has read, and counts what they have not in the bootloader', async () => {
    const visitor = await openVisitor(url)
    await postText(url, visitor, 'hello')
    const unread = async () =>
      (await call(`${url}/api/bootloader`, { headers: { ...orgHeaders, 'x-visitor-id': visitor.secret } })).body[
        'unread'
      ]
    expect(await unread()).toBe(0)
    for (const content of ['one', 'two']) await ofAgent(`${visitor.conversationId}/messages`, { content })
    expect(await unread()).toBe(2)
    expect((await call(`${url}/api/bootloader`, { headers: orgHeaders })).body).not.toHaveProperty('unread')
    const hears = new SocketClient(url)
    await hears.hello({ agentToken: agent.token })
    const mark = (sequence: unknown, { headers }: Pick<Visitor, 'headers'> = visitor) =>
      call(`${url}/conversations/${visitor.conversationId}/read`, { headers, body: { sequence } })
    const marked = await mark(2)
    expect(marked.status).toBe(200)
    expect(marked.body['conversation']).toMatchObject({ id: visitor.conversationId, latestSequence: 3 })
    expect(JSON.stringify(marked.body)).not.toMatch(/visitor|preview/)
    await hears.until((each) => asRecord(each['conversation'])?.['visitorReadSequence'] === 2)
    expect(await unread()).toBe(1)
    await mark(99)
    expect(await unread()).toBe(0)
    expect((await mark('x')).body).toMatchObject({ code: 'request_invalid', field: 'sequence' })
    const stranger = { headers: { ...orgHeaders, 'x-org-token': await fetchToken(url, `v_${crypto.randomUUID()}`) } }
    expect((await mark(1, stranger)).status).toBe(404)
    hears.close()
  })
})
