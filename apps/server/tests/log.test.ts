import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, logIn, openVisitor, orgHeaders, postText } from './api-client.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { signIdentity } from './sign-identity.ts'
import { SocketClient } from './socket-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

let server: SpawnedServer
let postgres: PostgresServer

beforeAll(async () => {
  buildServer()
  server = await spawnServer({ env: { LOG_LEVEL: 'trace' } })
  postgres = await startPostgres()
}, 60_000)
afterAll(async () => {
  await server.remove()
  await postgres.remove()
})

interface LogLine {
  readonly event?: string
  readonly reqId?: string
  readonly route?: string
}

const linesOf = ({ log }: SpawnedServer): readonly LogLine[] =>
  log()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogLine)

/** Sends bytes that no client would, and waits for the connection's end. */
function sendBytes(url: string, bytes: string): Promise<void> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve())
    socket.resume()
  })
}

/** Puts each secret where it does not belong. */
async function misplace(url: string, secrets: readonly string[]): Promise<void> {
  for (const secret of secrets) {
    const word = encodeURIComponent(secret)
    const odd = {
      'x-request-id': secret,
      referer: `https://shop.example/?t=${word}`,
      'user-agent': secret,
      cookie: secret,
    }
    const tried = [
      call(`${url}/healthz?token=${word}`, { headers: odd }),
      call(`${url}/${word}`, { headers: odd }),
      call(`${url}/conversations/${word}/messages?after=${word}`, { headers: { ...orgHeaders, ...odd } }),
      call(`${url}/api/bootloader?key=${word}`, { headers: { 'x-org-key': secret, ...odd } }),
      call(`${url}/conversations`, { headers: { ...orgHeaders, 'x-org-token': secret }, body: `{"x": ${secret}` }),
      call(`${url}/api/agent/token`, {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}`, cookie: `a=${secret}` },
      }),
      call(`${url}/api/agent/login`, { body: { email: secret, password: secret } }),
      call(`${url}/api/invitation`, { headers: { 'x-invitation-token': secret } }),
      call(`${url}/metrics`, { headers: { authorization: `Bearer ${secret}` } }),
      sendBytes(url, `GET /${word} HTTP/1.1\r\nHost: a\r\n${secret}\r\n\r\n`),
      sendBytes(url, `GET /%zz${word} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`),
      sendBytes(
        url,
        `GET /realtime?token=${word} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      ),
    ]
    await Promise.all(tried)
  }
}

describe('log', () => {
  it('[LG1] holds no token, visitor id, cookie, password, message text or address of a person, over a whole run at the finest level', async () => {
    const { url, admin } = server
    const text = 'the text of a message'
    const visitor = await openVisitor(url)
    const agent = await logIn(url, admin)
    await postText(url, visitor, text)
    await postText(url, visitor, text, { clientMessageId: 'k' })
    await postText(url, visitor, `${text} again`, { clientMessageId: 'k' })
    const path = `${url}/conversations/${visitor.conversationId}/messages`
    await call(path, { headers: visitor.headers, body: `{"content":"${text}` })
    await call(path, { headers: { ...visitor.headers, 'x-org-token': `${visitor.token}x` }, body: { content: text } })
    await call(`${url}/api/bootloader`, { headers: { ...orgHeaders, 'x-visitor-id': `${visitor.secret}x` } })
    await call(`${url}/api/agent/login`, { body: { email: admin?.email, password: 'a wrong password' } })
    await call(`${url}/api/agent/conversations/${visitor.conversationId}/messages`, {
      headers: { ...agent.headers, authorization: 'Bearer secret-bearer' },
      body: { content: text },
    })
    await call(`${url}/nope?token=${visitor.token}`, { headers: { cookie: agent.cookie } })
    const socket = new SocketClient(url)
    await socket.hello({ orgToken: visitor.token })
    socket.send({ type: 'renew', token: agent.token })
    await socket.closed
    await server.kill('SIGTERM')

    const log = server.log()
    expect(log.split('\n').length).toBeGreaterThan(10)
    const lines = log.split('\n').filter((line) => line !== '')
    for (const line of lines) expect(() => JSON.parse(line) as unknown, line).not.toThrow()
    const secrets = {
      orgToken: visitor.token,
      agentToken: agent.token,
      visitorId: visitor.secret,
      visitorUuid: visitor.secret.slice(2),
      cookie: agent.cookie.split('=')[1],
      bearer: 'secret-bearer',
      password: admin?.password,
      wrongPassword: 'a wrong password',
      email: admin?.email,
      text,
    }
    for (const [name, secret] of Object.entries(secrets)) {
      expect(secret, name).toBeTruthy()
      expect(log.includes(String(secret)), name).toBe(false)
    }
  })

  it(
    '[LG2] holds no secret of a busy run, wherever it was put, while the database goes away and comes back',
    { timeout: 120_000 },
    async () => {
      const pinned = Buffer.from(Array.from({ length: 32 }, (_, n) => (n * 37) & 0xff)).toString('base64url')
      const metricsKey = 'metrics-key-of-this-very-test-0123456789'
      const url = (await postgres.createDatabase()).replace('helvino@', 'helvino:database-password@')
      const busy = await spawnServer({
        env: { LOG_LEVEL: 'trace', DATABASE_URL: url, ORG_TOKEN_SECRETS: `pin:${pinned}`, METRICS_KEY: metricsKey },
      })
      try {
        const visitor = await openVisitor(busy.url)
        const agent = await logIn(busy.url, busy.admin)
        const { headers } = agent
        const invitation = { email: 'ida@shop.example', role: 'agent' }
        const invited = await call(`${busy.url}/api/agent/team/invitations`, { headers, body: invitation })
        const token = String(invited.body['token'])
        const accept = { token, name: 'Ida', password: 'the password of Ida' }
        expect((await call(`${busy.url}/api/invitation/accept`, { body: accept })).status).toBe(200)
        const made = await call(`${busy.url}/api/agent/identity`, { headers, body: {} })
        const identitySecret = String(made.body['secret'])
        const identity = signIdentity(identitySecret, { sub: 'customer-4711', email: 'mary@shop.example' })
        const secrets: Record<string, string> = {
          ...{ orgToken: visitor.token, agentToken: agent.token, visitor: visitor.secret, cookie: agent.cookie },
          ...{
            password: String(busy.admin?.password),
            ida: accept.password,
            invitation: token,
            identitySecret,
            identity,
          },
          ...{
            pinned,
            metricsKey,
            database: 'database-password',
            wrong: 'a wrong password',
            text: 'what nobody may read',
          },
          keys: /"visitorKey": "([\w-]+)"/.exec(readFileSync(join(busy.dataFolder, 'keys.json'), 'utf8'))?.[1] ?? '',
        }
        const say = (content: string) => postText(busy.url, visitor, content)
        await say(String(secrets['text']))
        await misplace(busy.url, Object.values(secrets))
        await postgres.stop('SIGINT')
        const refused = await Promise.all([
          ...Array.from({ length: 5 }, () => say(String(secrets['text']))),
          call(`${busy.url}/api/agent/login`, { body: { email: busy.admin?.email, password: busy.admin?.password } }),
          call(`${busy.url}/api/agent/session`, { headers: { cookie: agent.cookie } }),
        ])
        expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 503))
        await postgres.start()
        await expect.poll(async () => (await say('back')).status, { timeout: 20_000 }).toBe(201)
        await busy.kill('SIGTERM')
        expect(linesOf(busy).map(({ event }) => event)).toContain('store-unavailable')
        expect(linesOf(busy).length).toBeGreaterThan(150)
        for (const [name, secret] of Object.entries(secrets)) {
          expect([name, secret.length > 7]).toEqual([name, true])
          for (const form of [secret, encodeURIComponent(secret)])
            expect([name, busy.log().includes(form)]).toEqual([name, false])
        }
        for (const address of ['ida@shop.example', 'mary@shop.example', 'customer-4711', 'shop.example'])
          expect([address, busy.log().includes(address)]).toEqual([address, false])
      } finally {
        await busy.remove()
      }
    },
  )

  it('[LG3] gives each request an id, which its answer and its lines say; a proxy or a tracer may bring one, and nothing else', async () => {
    const own = await spawnServer({ env: { LOG_LEVEL: 'debug' } })
    try {
      const idOf = async (brought?: string, path = '/healthz') => {
        const headers: Record<string, string> = brought === undefined ? {} : { 'x-request-id': brought }
        return (await call(own.url + path, { headers })).headers.get('x-request-id')
      }
      const ids = [await idOf(), await idOf(), await idOf(undefined, '/nope'), await idOf(undefined, '/%zz')]
      expect(new Set(ids).size).toBe(4)
      for (const id of ids) expect(id).toMatch(/^[\da-f]{12}-\d+$/)
      for (const id of [crypto.randomUUID(), 'C0FFEE'.repeat(5) + '00']) expect([await idOf(id), id]).toEqual([id, id])
      for (const id of ['a', `v_${crypto.randomUUID()}`, 'a.b.c', `${'a'.repeat(31)}g`, 'z'.repeat(32)])
        expect(await idOf(id)).toMatch(/^[\da-f]{12}-\d+$/)
      const logged = linesOf(own).filter(({ event }) => event === 'request')
      for (const id of ids.slice(0, 3)) expect(logged.filter(({ reqId }) => reqId === id)).toHaveLength(1)
    } finally {
      await own.remove()
    }
  })
})
