import { get } from 'node:http'
import { limits, protocolNumber } from '@helvino/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AgentLogin, call, fetchToken, logIn, openVisitor, orgHeaders, postText } from './api-client.ts'
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

const messagesOf = (id: string) => `${url}/conversations/${id}/messages`

describe('visitor HTTP', () => {
  it('[HT1] answers the bootloader with the fields of the contract, uncached, with the clock and the protocol number (S17)', async () => {
    const { status, headers, body } = await call(`${url}/api/bootloader`, { headers: orgHeaders })
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toMatchObject({
      ok: true,
      org: { id: expect.any(String) as string, key: 'demo', name: expect.any(String) as string },
      config: {
        widgetEnabled: true,
        writeEnabled: true,
        aiEnabled: false,
        language: 'auto',
        theme: { primaryColor: expect.stringMatching(/^#/) as string },
      },
      orgToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) as string,
      env: expect.any(String) as string,
      protocol: protocolNumber,
    })
    expect(new Date(String(body['timestamp'])).toISOString()).toBe(body['timestamp'])
  })

  it('[HT2] finds the organisation by its site id as by its key', async () => {
    const { body } = await call(`${url}/api/bootloader`, { headers: { 'x-site-id': 'site_demo' } })
    expect(body['org']).toMatchObject({ key: 'demo' })
  })

  it('[HT3] creates a conversation with 201, and answers the open one with 200 (S17)', async () => {
    const secret = `v_${crypto.randomUUID()}`
    const headers = { ...orgHeaders, 'x-visitor-id': secret, 'x-org-token': await fetchToken(url, secret) }
    const first = await call(`${url}/conversations`, { headers, body: {} })
    const second = await call(`${url}/conversations`, { headers, body: {} })
    expect([first.status, second.status]).toEqual([201, 200])
    expect(first.body).toMatchObject({ id: expect.any(String) as string, createdAt: expect.any(String) as string })
    expect(second.body['id']).toBe(first.body['id'])
    const list = await call(`${url}/conversations`, { headers })
    expect(list.body['conversations']).toEqual([{ ...first.body, status: 'open', latestSequence: 0 }])
  })

  it('[HT4] stores a message with 201 and answers the created thing (S17)', async () => {
    const visitor = await openVisitor(url)
    const { status, body } = await postText(url, visitor, 'hello', { clientMessageId: 'm_1' })
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.any(String) as string,
      conversationId: visitor.conversationId,
      sequence: 1,
      role: 'user',
      kind: 'text',
      content: 'hello',
      attachments: [],
      timestamp: expect.any(String) as string,
      clientMessageId: 'm_1',
    })
  })

  it.each(['body', 'header'])(
    '[HT5] answers the stored message with 200 when the key comes again, in the %s',
    async (where) => {
      const visitor = await openVisitor(url)
      const send = () =>
        call(messagesOf(visitor.conversationId), {
          headers: { ...visitor.headers, ...(where === 'header' ? { 'idempotency-key': 'k1' } : {}) },
          body: { role: 'user', content: 'once', ...(where === 'body' ? { clientMessageId: 'k1' } : {}) },
        })
      const first = await send()
      const again = await send()
      expect([first.status, again.status]).toEqual([201, 200])
      expect(again.headers.get('idempotent-replayed')).toBe('true')
      expect(first.headers.get('idempotent-replayed')).toBeNull()
      expect(again.body).toEqual(first.body)
    },
  )

  it('[HT37] stores a batch in its order and answers each message as by itself, to visitor and agent', async () => {
    const visitor = await openVisitor(url)
    const send = (messages: unknown) =>
      call(`${messagesOf(visitor.conversationId)}/batch`, { headers: visitor.headers, body: { messages } })
    const message = (content: string, clientMessageId = content) => ({ role: 'user', content, clientMessageId })
    await postText(url, visitor, 'a', { clientMessageId: 'a' })
    const { status, body } = await send([message('a'), message('b'), message(' ', 'c'), message('d')])
    expect(status).toBe(200)
    expect(body['results']).toMatchObject([
      { message: { content: 'a', sequence: 1, clientMessageId: 'a' }, replayed: true },
      { message: { content: 'b', sequence: 2 }, replayed: false },
      { code: 'content_invalid', error: 'The message text is not valid' },
      { message: { content: 'd', sequence: 3 }, replayed: false },
    ])
    const again = await send([message('b'), message('d')])
    expect(again.body['results']).toMatchObject([{ replayed: true }, { replayed: true }])
    const answered = await call(`${url}/api/agent/conversations/${visitor.conversationId}/messages/batch`, {
      headers: agent.headers,
      body: { messages: [{ role: 'agent', content: 'e', clientMessageId: 'e' }] },
    })
    expect(answered.body['results']).toMatchObject([{ message: { role: 'agent', sequence: 4 } }])
    const boot = await call(`${url}/api/bootloader`, { headers: orgHeaders })
    expect(boot.body['batchMessages']).toBe(limits.batchMessages)
  })

  it('[HT38] refuses a batch that is empty, too long, or whose messages have no key of their own', async () => {
    const visitor = await openVisitor(url)
    const send = (messages: unknown) =>
      call(`${messagesOf(visitor.conversationId)}/batch`, { headers: visitor.headers, body: { messages } })
    const message = (index: number) => ({ content: 'x', clientMessageId: `k${String(index)}` })
    const many = Array.from({ length: limits.batchMessages + 1 }, (_, index) => message(index))
    for (const messages of [undefined, 'x', [], many, [message(1), message(1)], [{ content: 'x' }], [null]]) {
      const { status, body } = await send(messages)
      expect([status, body['code']], JSON.stringify(messages)?.slice(0, 60)).toEqual([400, 'request_invalid'])
    }
    expect((await send(many.slice(1))).status).toBe(200)
    const eve = await openVisitor(url)
    const foreign = await call(`${messagesOf(visitor.conversationId)}/batch`, {
      headers: eve.headers,
      body: { messages: [message(1)] },
    })
    expect(foreign.body['results']).toEqual([{ code: 'not_found', error: 'Not found' }])
  })

  it('[HT6] refuses the same key with another text: 422 idempotency_mismatch', async () => {
    const visitor = await openVisitor(url)
    await postText(url, visitor, 'one', { clientMessageId: 'k1' })
    const { status, body } = await postText(url, visitor, 'two', { clientMessageId: 'k1' })
    expect([status, body['code']]).toEqual([422, 'idempotency_mismatch'])
  })

  it('[HT7] answers 404 for a foreign conversation as for one that does not exist', async () => {
    const ann = await openVisitor(url)
    const eve = await openVisitor(url)
    await postText(url, ann, 'private')
    for (const id of [ann.conversationId, 'nowhere', '../x']) {
      const path = messagesOf(encodeURIComponent(id))
      const read = await call(path, { headers: eve.headers })
      const write = await call(path, { headers: eve.headers, body: { role: 'user', content: 'x' } })
      expect([read.status, read.body, write.status]).toEqual([
        404,
        { error: 'Not found', code: 'not_found', message: 'Not found' },
        404,
      ])
    }
  })

  it('[HT8] refuses a role that is not the visitor’s own', async () => {
    const visitor = await openVisitor(url)
    const { status, body } = await postText(url, visitor, 'x', { role: 'agent' })
    expect([status, body['code']]).toEqual([422, 'role_invalid'])
  })

  it('[HT9] answers a missing and a wrong token with 401, the two texts and their codes (S17)', async () => {
    const visitor = await openVisitor(url)
    const { 'x-org-token': token, ...bare } = visitor.headers as Record<string, string>
    const body = { role: 'user', content: 'x' }
    const missing = await call(messagesOf(visitor.conversationId), { headers: bare, body })
    expect([missing.status, missing.body['error'], missing.body['code']]).toEqual([
      401,
      'Missing org token',
      'token_missing',
    ])
    const wrong = await call(messagesOf(visitor.conversationId), {
      headers: { ...bare, 'x-org-token': `${String(token).slice(0, -2)}AA` },
      body,
    })
    expect([wrong.status, wrong.body['error'], wrong.body['code']]).toEqual([
      401,
      'Invalid or expired org token',
      'token_invalid',
    ])
  })

  it('[HT10] refuses a write whose x-visitor-id is not the token’s: 401 token_invalid', async () => {
    const visitor = await openVisitor(url)
    const headers = { ...visitor.headers, 'x-visitor-id': `v_${crypto.randomUUID()}` }
    const { status, body } = await call(messagesOf(visitor.conversationId), { headers, body: { content: 'x' } })
    expect([status, body['code']]).toEqual([401, 'token_invalid'])
  })

  it('[HT11] lets an unbound token create a conversation and nothing else', async () => {
    const boot = await call(`${url}/api/bootloader`, { headers: orgHeaders })
    const headers = {
      ...orgHeaders,
      'x-visitor-id': `v_${crypto.randomUUID()}`,
      'x-org-token': String(boot.body['orgToken']),
    }
    const opened = await call(`${url}/conversations`, { headers, body: {} })
    expect(opened.status).toBe(201)
    const list = await call(`${url}/conversations`, { headers })
    const post = await call(messagesOf(String(opened.body['id'])), { headers, body: { content: 'x' } })
    expect([list.status, post.status, post.body['code']]).toEqual([401, 401, 'token_invalid'])
  })

  it('[HT12] refuses a malformed visitor id: 422 visitor_invalid', async () => {
    for (const path of ['/api/bootloader', '/conversations']) {
      const { status, body } = await call(`${url}${path}`, { headers: { ...orgHeaders, 'x-visitor-id': 'v_short' } })
      expect([status, body['code']]).toEqual([422, 'visitor_invalid'])
    }
  })

  it('[HT13] refuses a strange origin in set-up mode, readably for its page, and admits localhost and no origin', async () => {
    const ask = (headers: Record<string, string>) =>
      call(`${url}/api/bootloader`, { headers: { ...orgHeaders, ...headers } })
    const refused = await ask({ origin: 'https://shop.example' })
    expect([refused.status, refused.body['code']]).toEqual([403, 'origin_not_allowed'])
    expect(refused.body['hint']).toContain('https://shop.example')
    expect(refused.headers.get('access-control-allow-origin')).toBe('*')
    expect((await ask({ origin: 'http://localhost:8080' })).status).toBe(200)
    expect((await ask({ origin: 'null' })).status).toBe(403)
    expect((await ask({ 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  })

  it('[HT14] lets the owner allow a refused origin with one call, and drops it from the refused ones', async () => {
    const origin = 'https://one-click.example'
    const ask = () => call(`${url}/api/bootloader`, { headers: { ...orgHeaders, origin } })
    expect((await ask()).status).toBe(403)
    const before = await call(`${url}/api/agent/sites`, { headers: agent.headers })
    expect(before.body['refused']).toContainEqual({ origin, lastSeenAt: expect.any(String) as string })
    const allowed = await call(`${url}/api/agent/sites/allow`, { headers: agent.headers, body: { origin } })
    expect(allowed.status).toBe(200)
    expect(allowed.body['allowed']).toEqual([origin])
    expect(allowed.body['refused']).not.toContainEqual(expect.objectContaining({ origin }))
    expect((await ask()).status).toBe(200)
  })

  it('[HT15] answers a preflight from any origin, and exposes Retry-After and Idempotent-Replayed', async () => {
    const preflight = await call(messagesOf('c1'), {
      method: 'OPTIONS',
      headers: {
        origin: 'https://anywhere.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-org-token,x-visitor-id,idempotency-key,content-type',
      },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
    expect(preflight.headers.get('access-control-allow-credentials')).toBeNull()
    for (const name of ['x-org-token', 'x-visitor-id', 'x-org-key', 'x-site-id', 'idempotency-key', 'content-type'])
      expect(preflight.headers.get('access-control-allow-headers')).toContain(name)
    const answer = await call(`${url}/api/bootloader`, { headers: orgHeaders })
    expect(answer.headers.get('access-control-expose-headers')).toBe('retry-after, idempotent-replayed')
  })

  it('[HT16] refuses bad JSON, another media type and too large a body, each with its code', async () => {
    const visitor = await openVisitor(url)
    const send = (body: string, type = 'application/json') =>
      call(messagesOf(visitor.conversationId), { headers: { ...visitor.headers, 'content-type': type }, body })
    const codes = [
      await send('{"content":'),
      await send('<x/>', 'text/xml'),
      await send(JSON.stringify({ content: 'x'.repeat(limits.bodyBytes) })),
      await send('[]'),
      await send('{"content":7}'),
      await send(JSON.stringify({ content: 'x'.repeat(limits.contentLength + 1) })),
    ].map(({ status, body }) => [status, body['code']])
    expect(codes).toEqual([
      [400, 'request_invalid'],
      [415, 'media_type_unsupported'],
      [413, 'body_too_large'],
      [400, 'request_invalid'],
      [422, 'content_invalid'],
      [422, 'content_invalid'],
    ])
  })

  it('[HT17] answers an address that is no route with not_found', async () => {
    for (const path of ['/nope', '/api/agent/nope', '/inbox/assets/nope.js', '/assets/nope.js']) {
      const { status, body } = await call(`${url}${path}`)
      expect([status, body['code']]).toEqual([404, 'not_found'])
    }
  })

  it('[HT34] answers an address that cannot be decoded, or names an id too long, in the shape of every refusal', async () => {
    const long = await call(messagesOf('c'.repeat(200)))
    expect([long.status, long.body['code']]).toEqual([404, 'not_found'])
    const { hostname, port } = new URL(url)
    const text = await new Promise<string>((resolve) => {
      get({ hostname, port, path: '/conversations/%zz/messages' }, (response) => {
        let body = String(response.statusCode)
        response.setEncoding('utf8').on('data', (part: string) => (body += part))
        response.on('end', () => resolve(body))
      })
    })
    expect(text).toMatch(/^400\{"error":"The request is not valid","code":"request_invalid"/)
  })

  it('[HT35] lets no page of another origin read an agents’ answer, however the address is spelled', async () => {
    for (const path of ['/api/agent/session', '/%61pi/agent/session', '/api/%61gent/conversations']) {
      const { status, headers } = await call(`${url}${path}`, { headers: { origin: 'https://elsewhere.example' } })
      expect(status).toBeGreaterThanOrEqual(401)
      expect(headers.get('access-control-allow-origin'), path).toBeNull()
    }
  })

  it('[HT36] forbids to guess the type of any answer', async () => {
    const tooLong = `/conversations/${'x'.repeat(300)}/messages`
    for (const path of ['/healthz', '/nope', '/api/bootloader', '/embed.js', '/inbox', '/%E0%A4%A', tooLong])
      expect((await call(`${url}${path}`)).headers.get('x-content-type-options'), path).toBe('nosniff')
  })

  it('[HT40] lets no cache keep what is told to one caller, and says to a browser over https to stay with it', async () => {
    const visitor = await openVisitor(url)
    const { headers } = await logIn(url, server.admin)
    const asked = [
      ['/conversations', visitor.headers],
      [`/conversations/${visitor.conversationId}/messages`, visitor.headers],
      ...['conversations', 'counts', 'replies', 'sites', 'team', 'settings'].map(
        (name) => [`/api/agent/${name}`, headers] as const,
      ),
    ] as const
    for (const [path, own] of asked) {
      const answer = await call(`${url}${path}`, { headers: own })
      expect([path, answer.status, answer.headers.get('cache-control')]).toEqual([path, 200, 'no-store'])
      expect(answer.headers.get('strict-transport-security')).toBeNull()
    }
    expect((await call(`${url}/embed.js`)).headers.get('cache-control')).not.toBe('no-store')
    // Without a line for each request the bootloader is answered before Fastify.
    const env = { PUBLIC_URL: 'https://chat.example', LOG_LEVEL: 'warn' }
    const behindProxy = await spawnServer({ env })
    for (const [path, status] of [
      ['/healthz', 200],
      ['/api/bootloader', 404],
    ] as const) {
      const answer = await call(`${behindProxy.url}${path}`)
      const told = ['strict-transport-security', 'cache-control', 'x-content-type-options']
      expect([answer.status, ...told.map((name) => answer.headers.get(name))]).toEqual([
        status,
        'max-age=31536000',
        'no-store',
        'nosniff',
      ])
    }
    await behindProxy.remove()
  })

  it('[HT18] pages forwards by after and backwards by before', async () => {
    const visitor = await openVisitor(url)
    for (let index = 1; index <= 7; index++) await postText(url, visitor, `t${String(index)}`)
    const read = async (query: string) => {
      const { body } = await call(`${messagesOf(visitor.conversationId)}?${query}`, { headers: visitor.headers })
      return (body['messages'] as { sequence: number }[]).map(({ sequence }) => sequence)
    }
    expect(await read('after=2&limit=3')).toEqual([3, 4, 5])
    expect(await read('before=5&limit=2')).toEqual([3, 4])
    expect(await read('limit=2')).toEqual([6, 7])
    const bad = await call(`${messagesOf(visitor.conversationId)}?after=-1`, { headers: visitor.headers })
    expect([bad.status, bad.body['code']]).toEqual([400, 'request_invalid'])
  })

  it('[HT19] holds a long-poll until the next message, and answers at once where there is one already', async () => {
    const visitor = await openVisitor(url)
    const poll = (after: number) =>
      call(`${messagesOf(visitor.conversationId)}?after=${String(after)}&waitMs=25000`, { headers: visitor.headers })
    const waiting = poll(0)
    await postText(url, visitor, 'first')
    expect((await waiting).body['messages']).toMatchObject([{ sequence: 1 }])
    expect((await poll(0)).body['messages']).toMatchObject([{ sequence: 1 }])
  })

  it('[HT20] works for a client that knows only the bootloader and the two POST calls (S17)', async () => {
    const secret = `v_${crypto.randomUUID()}`
    const boot = await fetch(`${url}/api/bootloader`, { headers: { 'x-org-key': 'demo', 'x-visitor-id': secret } })
    const { orgToken } = (await boot.json()) as { orgToken: string }
    const headers = {
      'content-type': 'application/json',
      'x-org-key': 'demo',
      'x-visitor-id': secret,
      'x-org-token': orgToken,
    }
    const opened = await fetch(`${url}/conversations`, { method: 'POST', headers, body: '{}' })
    const { id } = (await opened.json()) as { id: string }
    const posted = await fetch(`${url}/conversations/${id}/messages`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ role: 'user', content: 'from outside' }),
    })
    expect([boot.status, opened.status, posted.status]).toEqual([200, 201, 201])
    const read = await call(`${url}/api/agent/conversations/${id}/messages`, { headers: agent.headers })
    expect(read.body['messages']).toMatchObject([{ role: 'user', content: 'from outside', clientMessageId: null }])
  })

  it('[HT21] says that it is alive and ready', async () => {
    expect((await call(`${url}/healthz`)).status).toBe(200)
    expect((await call(`${url}/readyz`)).status).toBe(200)
  })
})
