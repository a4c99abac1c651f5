import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, logIn, openVisitor, orgHeaders, postText } from './api-client.ts'
import { SocketClient } from './socket-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

let server: SpawnedServer

beforeAll(async () => {
  buildServer()
  server = await spawnServer({ env: { LOG_LEVEL: 'trace' } })
})
afterAll(() => server.remove())

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
})
