import { asRecord, limits } from '@helvino/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addAgent } from './add-agent.ts'
import { type AgentLogin, call, fetchToken, logIn, openVisitor, postText } from './api-client.ts'
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

const isMessage = (content: string) => (frame: Readonly<Record<string, unknown>>) =>
  frame['type'] === 'message' && asRecord(frame['message'])?.['content'] === content

const isTyping = ({ type }: Readonly<Record<string, unknown>>) => type === 'typing'

describe('realtime over a real socket', () => {
  it('[RT20] carries a visitor’s message to the agent and the agent’s reply back', async () => {
    const visitor = await openVisitor(url)
    const inVisitor = new SocketClient(url)
    const inAgent = new SocketClient(url)
    await inVisitor.hello({ orgToken: visitor.token })
    await inAgent.hello({ agentToken: agent.token })
    await postText(url, visitor, 'is anyone there?')
    await inAgent.until(isMessage('is anyone there?'))
    const update = await inAgent.until(({ type }) => type === 'conversation')
    expect(update['conversation']).toMatchObject({ preview: 'is anyone there?', readSequence: 0 })
    await call(`${url}/api/agent/conversations/${visitor.conversationId}/messages`, {
      headers: agent.headers,
      body: { content: 'yes' },
    })
    const reply = await inVisitor.until(isMessage('yes'))
    expect(reply['message']).toMatchObject({ role: 'agent', sequence: 2 })
    expect(JSON.stringify(inVisitor.frames)).not.toMatch(/preview|visitorReadSequence|visitorId|assignee|author/)
    inVisitor.close()
    inAgent.close()
  })

  it('[RT21] resumes with the missed messages in order, then goes on live', async () => {
    const visitor = await openVisitor(url)
    for (let index = 1; index <= 120; index++) await postText(url, visitor, `m${String(index)}`)
    const socket = new SocketClient(url)
    const ready = await socket.hello({ orgToken: visitor.token }, [{ id: visitor.conversationId, after: 5 }])
    expect(ready['conversations']).toEqual([{ id: visitor.conversationId, latestSequence: 120, recovered: true }])
    await postText(url, visitor, 'live')
    await socket.until(isMessage('live'))
    const sequences = socket.messages().map(({ sequence }) => sequence)
    expect(sequences).toEqual(Array.from({ length: 116 }, (_unused, index) => index + 6))
    socket.close()
  })

  it('[RT22] leaves no hole between the replay and live messages while others write', async () => {
    const visitor = await openVisitor(url)
    for (let index = 1; index <= 20; index++) await postText(url, visitor, `m${String(index)}`)
    const writes = Array.from({ length: 200 }, (_unused, index) => postText(url, visitor, `w${String(index)}`))
    const sockets = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const socket = new SocketClient(url)
        await socket.hello({ orgToken: visitor.token }, [{ id: visitor.conversationId, after: 0 }])
        return socket
      }),
    )
    await Promise.all(writes)
    for (const socket of sockets) {
      await socket.until((frame) => asRecord(frame['message'])?.['sequence'] === 220)
      const sequences = socket.messages().map(({ sequence }) => sequence)
      expect(sequences).toEqual(Array.from({ length: 220 }, (_unused, index) => index + 1))
      socket.close()
    }
  })

  it('[RT23] sends a visitor nothing of another visitor', async () => {
    const ann = await openVisitor(url)
    const eve = await openVisitor(url)
    const socket = new SocketClient(url)
    await socket.hello({ orgToken: eve.token }, [{ id: ann.conversationId, after: 0 }])
    await postText(url, ann, 'for ann only')
    await postText(url, eve, 'for eve')
    await socket.until(isMessage('for eve'))
    expect(JSON.stringify(socket.frames)).not.toContain('for ann only')
    socket.close()
  })

  it('[RT39] tells the visitor and the colleagues that an agent writes: agents by name, the visitor no more than that', async () => {
    const ann = await openVisitor(url)
    const eve = await openVisitor(url)
    const ada = await logIn(url, await addAgent(server, 'Ada'))
    const [inAnn, inEve, inAda, inAdasOther, inAdmin] = Array.from({ length: 5 }, () => new SocketClient(url)) as [
      SocketClient,
      SocketClient,
      SocketClient,
      SocketClient,
      SocketClient,
    ]
    await inAnn.hello({ orgToken: ann.token })
    await inEve.hello({ orgToken: eve.token })
    await inAda.hello({ agentToken: ada.token })
    await inAdasOther.hello({ agentToken: ada.token })
    await inAdmin.hello({ agentToken: agent.token })
    inAda.send({ type: 'typing', conversationId: ann.conversationId })
    expect(await inAnn.until(isTyping)).toEqual({ type: 'typing', conversationId: ann.conversationId, role: 'agent' })
    expect(await inAdmin.until(isTyping)).toEqual({
      ...{ type: 'typing', conversationId: ann.conversationId, role: 'agent' },
      name: 'Ada',
    })
    // Whatever was told before this has arrived before this.
    await postText(url, eve, 'a bell')
    for (const socket of [inEve, inAda, inAdasOther]) {
      await socket.until(isMessage('a bell'))
      expect(socket.frames.filter(isTyping)).toEqual([])
    }
    for (const socket of [inAnn, inEve, inAda, inAdasOther, inAdmin]) socket.close()
  })

  it('[RT40] tells agents that a visitor writes, and nobody anything of a conversation that is not theirs', async () => {
    const ann = await openVisitor(url)
    const eve = await openVisitor(url)
    const inAnn = new SocketClient(url)
    const inEve = new SocketClient(url)
    const inAgent = new SocketClient(url)
    await inAnn.hello({ orgToken: ann.token })
    await inEve.hello({ orgToken: eve.token })
    await inAgent.hello({ agentToken: agent.token })
    inEve.send({ type: 'typing', conversationId: ann.conversationId })
    inAnn.send({ type: 'typing', conversationId: ann.conversationId })
    expect(await inAgent.until(isTyping)).toEqual({ type: 'typing', conversationId: ann.conversationId, role: 'user' })
    await postText(url, ann, 'a bell for ann')
    await postText(url, eve, 'a bell for eve')
    await inAgent.until(isMessage('a bell for eve'))
    await inAnn.until(isMessage('a bell for ann'))
    await inEve.until(isMessage('a bell for eve'))
    expect(inAgent.frames.filter(isTyping)).toHaveLength(1)
    expect([...inAnn.frames, ...inEve.frames].filter(isTyping)).toEqual([])
    for (const socket of [inAnn, inEve, inAgent]) socket.close()
  })

  it('[RT9] renews in place: the socket outlives its first token (S13)', async () => {
    const visitor = await openVisitor(url)
    const socket = new SocketClient(url)
    await socket.hello({ orgToken: visitor.token })
    socket.send({ type: 'renew', token: await fetchToken(url, visitor.secret) })
    await socket.until(({ type }) => type === 'renewed')
    socket.close()
  })

  it('[RT11] closes with 4401 for a refused token and 4403 where another token would not help', async () => {
    const visitor = await openVisitor(url)
    const refused = new SocketClient(url)
    await refused.opened
    refused.send({ type: 'hello', protocol: 1, orgToken: 'x.y.z', conversations: [] })
    expect((await refused.closed).code).toBe(4401)
    const denied = new SocketClient(url, { origin: 'https://elsewhere.example' })
    await denied.opened
    denied.send({ type: 'hello', protocol: 1, orgToken: visitor.token, conversations: [] })
    expect(await denied.closed).toEqual({ code: 4403, reason: 'origin_not_allowed' })
  })

  it('[RT24] refuses an agent’s token from a page of another origin, localhost on another port included', async () => {
    const socket = new SocketClient(url, { origin: 'http://localhost:1' })
    await socket.opened
    socket.send({ type: 'hello', protocol: 1, agentToken: agent.token, conversations: [] })
    expect(await socket.closed).toEqual({ code: 4403, reason: 'origin_not_allowed' })
  })

  it('[RT25] takes no login cookie on the socket', async () => {
    const socket = new SocketClient(url, { cookie: agent.cookie })
    await socket.opened
    socket.send({ type: 'hello', protocol: 1, conversations: [] })
    expect((await socket.closed).code).toBe(4400)
  })

  it('[RT26] closes a socket that sends a frame over the limit, and goes on serving', async () => {
    const visitor = await openVisitor(url)
    const socket = new SocketClient(url)
    await socket.hello({ orgToken: visitor.token })
    socket.send('x'.repeat(limits.frameBytes + 1))
    expect((await socket.closed).code).toBe(1009)
    expect((await call(`${url}/healthz`)).status).toBe(200)
  })

  it('[RT27] upgrades at /realtime only', async () => {
    const socket = new SocketClient(`${url}/elsewhere`)
    await expect(socket.opened).rejects.toThrow('404')
  })
})
