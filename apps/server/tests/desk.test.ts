import { limits } from '@helvino/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addAgent } from './add-agent.ts'
import { type AgentLogin, call, logIn, openVisitor, postText } from './api-client.ts'
import { SocketClient } from './socket-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

let server: SpawnedServer
let url: string
let agent: AgentLogin
let colleague: AgentLogin

beforeAll(async () => {
  buildServer()
  server = await spawnServer()
  url = server.url
  agent = await logIn(url, server.admin)
  colleague = await logIn(url, await addAgent(server, 'Grace'))
})

afterAll(() => server.remove())

const api = (path: string, method: 'GET' | 'POST' | 'PUT' | 'DELETE' = 'GET', body?: object, who = agent) =>
  call(`${url}/api/agent${path}`, { method, headers: who.headers, ...(body && { body }) })

const idsOf = (body: Readonly<Record<string, unknown>>) =>
  (body['conversations'] as { id: string }[]).map(({ id }) => id)

/** Sockets of the visitor and of both agents, greeted. */
async function openSockets(token: string) {
  const [visitor, ours, theirs] = [new SocketClient(url), new SocketClient(url), new SocketClient(url)]
  await visitor.hello({ orgToken: token })
  await ours.hello({ agentToken: agent.token })
  await theirs.hello({ agentToken: colleague.token })
  return { visitor, ours, theirs }
}

describe('the desk', () => {
  it('[DK11] gives a conversation to a member, who and every colleague hears it; the visitor does not', async () => {
    const visitor = await openVisitor(url)
    const sockets = await openSockets(visitor.token)
    const path = `/conversations/${visitor.conversationId}/assign`
    const assigned = await api(path, 'POST', { userId: colleague.userId })
    expect(assigned.body['conversation']).toMatchObject({ assigneeId: colleague.userId })
    const frame = await sockets.theirs.until((each) => each['type'] === 'conversation')
    expect(frame['conversation']).toMatchObject({ id: visitor.conversationId, assigneeId: colleague.userId })
    expect(idsOf((await api('/conversations?view=mine', 'GET', undefined, colleague)).body)).toEqual([
      visitor.conversationId,
    ])
    expect(idsOf((await api('/conversations?view=mine')).body)).toEqual([])
    await postText(url, visitor, 'who answers me?')
    await sockets.visitor.until((each) => each['type'] === 'message')
    const seen = await call(`${url}/conversations`, { headers: visitor.headers })
    expect(JSON.stringify(sockets.visitor.frames) + seen.text).not.toContain('assignee')
    expect((await api(path, 'POST', { userId: null })).body['conversation']).toMatchObject({ assigneeId: null })
  })

  it('[DK12] assigns nothing to somebody who is no member, and nothing that is not there', async () => {
    const { conversationId } = await openVisitor(url)
    const path = `/conversations/${conversationId}/assign`
    expect((await api(path, 'POST', { userId: 'nobody' })).status).toBe(404)
    expect((await api('/conversations/nowhere/assign', 'POST', { userId: agent.userId })).status).toBe(404)
    for (const body of [{}, { userId: 7 }, { userId: '' }, { userId: 'a b' }])
      expect((await api(path, 'POST', body)).body['code']).toBe('request_invalid')
  })

  it('[DK13] counts for the tabs what the lists show, and refuses a view, or a search, that is none', async () => {
    const before = (await api('/counts')).body as Record<'mine' | 'unassigned' | 'all', number>
    const mine = await openVisitor(url)
    await openVisitor(url)
    await api(`/conversations/${mine.conversationId}/assign`, 'POST', { userId: agent.userId })
    expect((await api('/counts')).body).toEqual({
      ...{ mine: before.mine + 1, unassigned: before.unassigned + 1, all: before.all + 2 },
    })
    await api(`/conversations/${mine.conversationId}/resolve`, 'POST')
    expect((await api('/counts')).body).toMatchObject({ mine: before.mine, all: before.all + 1 })
    const longest = 'x'.repeat(limits.searchLength)
    expect((await api(`/conversations?query=${longest}`)).body).toMatchObject({ conversations: [] })
    for (const query of ['view=theirs', 'status=closed', `query=${longest}x`])
      expect((await api(`/conversations?${query}`)).body['code']).toBe('request_invalid')
  })

  it('[DK14] finds a conversation by what was said in it', async () => {
    const visitor = await openVisitor(url)
    await postText(url, visitor, 'Wo bleibt mein Päckchen?')
    const found = await api(`/conversations?view=unassigned&status=open&query=${encodeURIComponent('PÄCKCHEN?')}`)
    expect(idsOf(found.body)).toEqual([visitor.conversationId])
    expect(idsOf((await api('/conversations?view=mine&query=ckchen')).body)).toEqual([])
  })

  it('[DK15] keeps a note once, tells every agent, and no visitor by any way', async () => {
    const visitor = await openVisitor(url)
    await postText(url, visitor, 'hello')
    const sockets = await openSockets(visitor.token)
    const path = `/conversations/${visitor.conversationId}/notes`
    const note = { content: 'a regular, be kind', clientNoteId: 'n1' }
    const first = await api(path, 'POST', note)
    const again = await api(path, 'POST', note)
    expect([first.status, again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 200, 'true'])
    expect(again.body).toEqual(first.body)
    const { conversationId } = visitor
    expect(first.body).toMatchObject({ conversationId, authorId: agent.userId, authorName: 'Administrator', ...note })
    expect(first.body['afterSequence']).toBe(1)
    for (const socket of [sockets.ours, sockets.theirs])
      expect((await socket.until((each) => each['type'] === 'note'))['note']).toEqual(first.body)
    expect((await api(path, 'GET', undefined, colleague)).body).toEqual({ notes: [first.body] })
    await postText(url, visitor, 'still there?')
    await sockets.visitor.until((each) => each['type'] === 'message')
    const read = await call(`${url}/conversations/${conversationId}/messages`, { headers: visitor.headers })
    const listed = await call(`${url}/conversations`, { headers: visitor.headers })
    expect(JSON.stringify(sockets.visitor.frames) + read.text + listed.text).not.toContain('be kind')
    expect(read.body['latestSequence']).toBe(2)
    const asVisitor = await call(`${url}/api/agent${path}`, { headers: visitor.headers })
    expect(asVisitor.body['code']).toBe('token_missing')
  })

  it('[IX4] tells agents which of them wrote a message, and no visitor by any answer or frame', async () => {
    const visitor = await openVisitor(url)
    const { conversationId, headers } = visitor
    const sockets = await openSockets(visitor.token)
    await postText(url, visitor, 'who are you?')
    const path = `/conversations/${conversationId}/messages`
    const reply = { content: 'Grace, of the shop', clientMessageId: 'm1' }
    const first = await api(path, 'POST', reply, colleague)
    const again = await api(path, 'POST', reply, colleague)
    const batch = await api(`${path}/batch`, 'POST', { messages: [{ content: 'and I', clientMessageId: 'm2' }] })
    expect([first.body, again.body]).toMatchObject([{ authorId: colleague.userId }, { authorId: colleague.userId }])
    expect(batch.body['results']).toMatchObject([{ message: { authorId: agent.userId } }])
    const authorsOf = (messages: unknown) => (messages as { authorId?: string }[]).map(({ authorId }) => authorId)
    const authors = [undefined, colleague.userId, agent.userId]
    expect(authorsOf((await api(path)).body['messages'])).toEqual(authors)
    for (const socket of Object.values(sockets))
      await socket.until(({ type, message }) => type === 'message' && JSON.stringify(message).includes('and I'))
    expect(authorsOf(sockets.ours.messages())).toEqual(authors)
    const resumed = { visitor: new SocketClient(url), ours: new SocketClient(url) }
    const points = [{ id: conversationId, after: 0 }]
    await resumed.visitor.hello({ orgToken: visitor.token }, points)
    await resumed.ours.hello({ agentToken: agent.token }, points)
    for (const socket of Object.values(resumed))
      await socket.until(({ message }) => JSON.stringify(message)?.includes('and I'))
    expect(authorsOf(resumed.ours.messages())).toEqual(authors)
    const answers = [
      await call(`${url}${path}`, { headers }),
      await call(`${url}${path}?after=0&waitMs=1000`, { headers }),
      await call(`${url}/conversations`, { headers }),
      await call(`${url}/conversations/${conversationId}/read`, { headers, body: { sequence: 3 } }),
      await postText(url, visitor, 'thanks'),
      await call(`${url}${path}/batch`, { headers, body: { messages: [{ content: 'bye', clientMessageId: 'm3' }] } }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 201, 200])
    const seen = JSON.stringify([sockets.visitor.frames, resumed.visitor.frames, answers.map(({ text }) => text)])
    expect(seen).toContain('Grace, of the shop')
    for (const secret of ['authorId', agent.userId, colleague.userId]) expect(seen).not.toContain(secret)
  })

  it('[DK16] refuses a note that is empty, too long, without an id, or beside nothing', async () => {
    const { conversationId } = await openVisitor(url)
    const path = `/conversations/${conversationId}/notes`
    const codeOf = async (body: object, to = path) => (await api(to, 'POST', body)).body['code']
    expect(await codeOf({ content: ' ', clientNoteId: 'n1' })).toBe('content_invalid')
    expect(await codeOf({ content: 'x'.repeat(limits.noteLength + 1), clientNoteId: 'n1' })).toBe('content_invalid')
    expect(await codeOf({ content: 'x' })).toBe('request_invalid')
    expect(await codeOf({ content: 'x', clientNoteId: 'n1' }, '/conversations/nowhere/notes')).toBe('not_found')
    expect((await api('/conversations/nowhere/notes')).status).toBe(404)
    await api(path, 'POST', { content: 'x', clientNoteId: 'n1' })
    expect(await codeOf({ content: 'y', clientNoteId: 'n1' })).toBe('idempotency_mismatch')
  })

  it('[DK17] saves, replaces and deletes replies for the whole team', async () => {
    const put = (id: string, shortcut: unknown, content: unknown = 'Hello!') =>
      api(`/replies/${id}`, 'PUT', { shortcut, content })
    const hello = { id: 'r1', shortcut: 'hello', content: 'Hello!' }
    expect((await put('r1', 'hello')).body).toEqual({ replies: [hello] })
    expect((await put('r2', 'hello')).body['code']).toBe('shortcut_taken')
    for (const [shortcut, content] of [['Hello'], ['a b'], [''], ['x'.repeat(33)], [7], ['x', 7]] as const)
      expect((await put('r3', shortcut, content)).body['code']).toBe('request_invalid')
    expect((await put('r3', 'x', ' ')).body['code']).toBe('content_invalid')
    expect((await api('/replies', 'GET', undefined, colleague)).body).toEqual({ replies: [hello] })
    expect((await api('/replies/r1', 'DELETE')).body).toEqual({ replies: [] })
    expect((await api('/replies/r1', 'DELETE')).status).toBe(404)
  })
})
