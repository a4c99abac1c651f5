import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { asRecord, parseJson } from '@helvino/protocol'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { addAgent } from './add-agent.ts'
import { type AgentLogin, call, fetchToken, logIn, openVisitor, orgHeaders, postText } from './api-client.ts'
import { SocketClient } from './socket-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

let server: SpawnedServer
let url: string
let admin: AgentLogin
let agent: AgentLogin

beforeAll(async () => {
  buildServer()
  server = await spawnServer()
  url = server.url
  admin = await logIn(url, server.admin)
  agent = await logIn(url, await addAgent(server, 'Ada'))
})
afterAll(() => server.remove())

async function listen(token: { readonly orgToken: string } | { readonly agentToken: string }) {
  const socket = new SocketClient(url)
  onTestFinished(() => {
    socket.close()
  })
  await socket.hello(token)
  return socket
}

const publicIdOf = async (conversationId: string) => {
  const { body } = await call(`${url}/api/agent/conversations/${conversationId}/visitor`, { headers: admin.headers })
  return String(asRecord(body['visitor'])?.['visitorId'])
}

const exported = (id: string, { headers }: AgentLogin = admin) =>
  call(`${url}/api/agent/visitors/${id}/export`, { headers })
const erase = (id: string, { headers }: AgentLogin = admin) =>
  call(`${url}/api/agent/visitors/${id}`, { method: 'DELETE', headers })

/** A visitor of whom everything is kept that can be, each with the mark in it. */
async function openFullVisitor(mark: string, messages = 3) {
  const visitor = await openVisitor(url)
  for (let n = 0; n < messages; n += 1) expect((await postText(url, visitor, `${mark} m${n}`)).status).toBe(201)
  const path = `${url}/api/agent/conversations/${visitor.conversationId}`
  const note = { content: `${mark} note`, clientNoteId: `n-${mark}` }
  expect((await call(`${path}/notes`, { headers: agent.headers, body: note })).status).toBe(201)
  const profile = { name: `${mark} Ann`, email: `${mark}@shop.example` }
  const put = { method: 'PUT', headers: visitor.headers, body: profile } as const
  expect((await call(`${url}/api/visitor`, put)).status).toBe(200)
  return { ...visitor, publicId: await publicIdOf(visitor.conversationId) }
}

/** Every file of the data folder in which the text stands. */
const filesWith = (text: string) =>
  readdirSync(server.dataFolder).filter((name) => readFileSync(join(server.dataFolder, name)).includes(text))

describe('the data of one visitor', () => {
  it('[DP8] is one file for an admin: who they are, every message and note, and when', async () => {
    const visitor = await openFullVisitor('export', 230)
    const answer = await exported(visitor.publicId)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="visitor-${visitor.publicId}.json"`)
    expect(answer.body).toMatchObject({
      visitorId: visitor.publicId,
      profile: { name: 'export Ann', email: 'export@shop.example' },
      conversations: [
        { id: visitor.conversationId, status: 'open', notes: [{ content: 'export note', authorName: 'Ada' }] },
      ],
    })
    const [conversation] = answer.body['conversations'] as readonly {
      messages: { content: string; timestamp: string }[]
    }[]
    expect(conversation?.messages.map(({ content }) => content)).toEqual(
      Array.from({ length: 230 }, (_, n) => `export m${n}`),
    )
    expect(parseJson(answer.text)).toEqual(answer.body)
    expect(answer.text).not.toContain(visitor.secret)
    expect((await exported(visitor.publicId, agent)).body['code']).toBe('role_insufficient')
    for (const id of ['p_nobody', 'd_', 'nobody', '..%2f']) expect((await exported(id)).status).toBe(404)
  })

  it('[DP9] is deleted for an admin: agents are told, the visitor is cut off and begins anew, and no file holds a word of it', async () => {
    const visitor = await openFullVisitor('erasing')
    const other = await openFullVisitor('staying')
    expect(filesWith('erasing m1')).not.toEqual([])
    const inAgent = await listen({ agentToken: agent.token })
    const inVisitor = await listen({ orgToken: visitor.token })
    expect((await erase(visitor.publicId, agent)).body['code']).toBe('role_insufficient')
    const answer = await erase(visitor.publicId)
    expect([answer.status, answer.body]).toEqual([200, { deleted: { conversations: 1, messages: 3 } }])
    expect(await inAgent.until(({ type }) => type === 'gone')).toEqual({
      type: 'gone',
      conversationIds: [visitor.conversationId],
    })
    expect((await postText(url, visitor, 'with the old token')).body['code']).toBe('token_invalid')
    expect(await inVisitor.closed).toEqual({ code: 4401, reason: 'token_invalid' })
    for (const text of ['erasing m', 'erasing note', 'erasing Ann', 'erasing@shop'])
      expect([text, filesWith(text)]).toEqual([text, []])
    expect(filesWith('staying m1')).not.toEqual([])
    const path = `${url}/api/agent/conversations/${visitor.conversationId}`
    for (const part of ['messages', 'notes', 'visitor'])
      expect((await call(`${path}/${part}`, { headers: agent.headers })).status).toBe(404)
    expect((await exported(visitor.publicId)).status).toBe(404)
    expect((await erase(visitor.publicId)).status).toBe(404)
    const returned = await openVisitor(url, visitor.secret)
    expect(returned.conversationId).not.toBe(visitor.conversationId)
    const list = await call(`${url}/conversations`, { headers: returned.headers })
    expect(list.body['conversations']).toMatchObject([{ id: returned.conversationId, latestSequence: 0 }])
    expect((await postText(url, returned, 'a new beginning')).status).toBe(201)
    expect((await exported(other.publicId)).text).toContain('staying m2')
  })

  it('[DP10] is deleted to its end though the server is killed while it deletes', async () => {
    const visitor = await openVisitor(url)
    expect((await postText(url, visitor, 'killed 1')).status).toBe(201)
    // More than anybody could say in the time of a test.
    const database = new Sqlite(join(server.dataFolder, 'helvino.db'))
    // As the server opens it: else what is moved aside while it is written stays behind.
    database.pragma('secure_delete = ON')
    database
      .prepare(
        `WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
         INSERT INTO messages
         SELECT 'org_demo', ?, i, 'killed' || i, 'user', 'text', NULL, 'killed ' || i, NULL, 0 FROM n`,
      )
      .run(visitor.conversationId)
    database.close()
    const publicId = await publicIdOf(visitor.conversationId)
    const inAgent = await listen({ agentToken: agent.token })
    const erasing = erase(publicId).catch(() => undefined)
    await inAgent.until(({ type }) => type === 'gone')
    await server.kill('SIGKILL')
    await erasing
    const again = await spawnServer({ dataFolder: server.dataFolder })
    server = { ...again, admin: server.admin }
    url = again.url
    admin = await logIn(url, server.admin)
    await expect.poll(() => filesWith('killed '), { timeout: 60_000, interval: 200 }).toEqual([])
    expect((await exported(publicId)).status).toBe(404)
    expect(await fetchToken(url, visitor.secret)).not.toBe('')
    expect((await call(`${url}/api/bootloader`, { headers: orgHeaders })).status).toBe(200)
  })
})
