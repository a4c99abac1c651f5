import {
  type AgentConversation,
  type ConversationId,
  decodeAgentConversation,
  decodeConversation,
  decodeServerFrame,
  decodeVisitorFrame,
  limits,
  type Message,
  type OrgId,
  protocolNumber,
  type PublicVisitorId,
  type RefusalCode,
  type Sequence,
  type ServerFrame,
  typingLimits,
} from '@helvino/protocol'
import { SimClock } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import type { Authentication } from '../auth/principal.ts'
import type { ConversationEvent } from '../fan-out/contract.ts'
import { Listeners } from './listeners.ts'
import { orgLike } from '../store/contract-suite.ts'
import type { Member } from './member.ts'
import { Session } from './session.ts'
import type { SessionPorts } from './session-ports.ts'

const orgId = 'org_a' as OrgId
const conversationId = 'c1' as ConversationId
const visitorId = 'p_ann' as PublicVisitorId

const org = orgLike('a')

const message = (sequence: number): Message => ({
  id: `m${String(sequence)}` as Message['id'],
  conversationId,
  sequence: sequence as Sequence,
  role: 'agent',
  kind: 'text',
  content: `text ${String(sequence)}`,
  attachments: [],
  timestamp: '2027-01-01T00:00:00.000Z',
  clientMessageId: null,
})

const conversation = (latest: number): AgentConversation => ({
  id: conversationId,
  createdAt: '2027-01-01T00:00:00.000Z',
  status: 'open',
  latestSequence: latest as Sequence,
  visitorId,
  visitorName: null,
  visitorEmail: null,
  readSequence: 0 as Sequence,
  visitorReadSequence: 0 as Sequence,
  preview: 'a preview',
  activeAt: '2027-01-01T00:00:00.000Z',
  assigneeId: null,
})

const event = (sequence: number): ConversationEvent => ({
  orgId,
  conversationId,
  visitorId,
  conversation: conversation(sequence),
  message: message(sequence),
  audience: 'everybody',
})

/** One session over a log of messages, its clock simulated. `tokens` says what `authenticate` answers for each. */
function openWorld(stored = 0) {
  const clock = new SimClock()
  const frames: ServerFrame[] = []
  const texts: string[] = []
  const closes: { code: number; reason: string }[] = []
  const log = Array.from({ length: stored }, (_unused, index) => message(index + 1))
  const tokens = new Map<string, Authentication>()
  const reader = { queuedBytes: 0, drained: Promise.resolve() }
  const listeners = new Listeners()
  const typed: string[] = []
  const hooks = {
    afterList: () => undefined as void,
    refusal: undefined as RefusalCode | undefined,
    typingFails: false,
    isFull: false,
  }
  const ports: SessionPorts = {
    clock,
    authenticate: (token) => Promise.resolve(tokens.get(token) ?? { kind: 'refused', code: 'token_invalid' }),
    recheck: () => Promise.resolve(hooks.refusal),
    findConversation: (member: Member, id) =>
      Promise.resolve(
        id === conversationId && (member.kind === 'agent' || member.visitorId === visitorId)
          ? conversation(log.length)
          : undefined,
      ),
    listMessages: (_member, _id, after) => {
      const messages = log.slice(after, after + limits.pageMessages)
      hooks.afterList()
      return Promise.resolve({ messages, latestSequence: log.length as Sequence })
    },
    findMessageId: (_member, _id, sequence) => Promise.resolve(log[sequence - 1]?.id),
    noteTyping(_member, id) {
      if (hooks.typingFails) return Promise.reject(new Error('the store is away'))
      typed.push(id)
      return Promise.resolve()
    },
    join(member) {
      listeners.add(member, session)
      return !hooks.isFull
    },
    comeBackInMs: () => 40_000,
    onClosed: () => undefined,
    onFailure: (error) => {
      if (!hooks.typingFails) throw error
    },
  }
  const session = new Session(
    {
      send(text) {
        texts.push(text)
        const frame = decodeServerFrame(text, (raw) => decodeAgentConversation(raw) ?? decodeConversation(raw))
        if (frame) frames.push(frame)
      },
      close: (code, reason) => closes.push({ code, reason }),
      queuedBytes: () => reader.queuedBytes,
      drained: () => reader.drained,
    },
    ports,
  )
  const visitorToken = (token: string, lifeMs: number, id = visitorId) =>
    tokens.set(token, {
      kind: 'granted',
      principal: { kind: 'visitor', org, visitorId: id, issuedAtMs: 0, expiresAtMs: clock.nowMs() + lifeMs },
    })
  const commit = (sequence: number) => {
    log.push(message(sequence))
    listeners.deliver(event(sequence))
  }
  const say = async (frame: object) => {
    session.receive(JSON.stringify(frame))
    await clock.advance(0)
  }
  const hello = (after?: number, token = 't1', more: object = {}) =>
    say({
      type: 'hello',
      protocol: protocolNumber,
      orgToken: token,
      conversations: after === undefined ? [] : [{ id: conversationId, after }],
      ...more,
    })
  const sequences = () => frames.flatMap((frame) => (frame.type === 'message' ? [frame.message.sequence] : []))
  return {
    clock,
    session,
    frames,
    texts,
    closes,
    hooks,
    typed,
    reader,
    tokens,
    visitorToken,
    listeners,
    commit,
    say,
    hello,
    sequences,
  }
}

const minute = 60_000

describe('session', () => {
  it('[RT1] serves nothing before hello', async () => {
    const world = openWorld(3)
    world.commit(4)
    await world.say({ type: 'ping' })
    expect(world.frames).toEqual([])
    expect(world.closes[0]?.code).toBe(4400)
  })

  it('[RT2] closes with 4408 when hello does not come in time', async () => {
    const world = openWorld()
    await world.clock.advance(limits.helloWithinMs - 1)
    expect(world.closes).toEqual([])
    await world.clock.advance(1)
    expect(world.closes[0]?.code).toBe(4408)
  })

  it('[RT3] answers ready and then the missed messages, in order', async () => {
    const world = openWorld(250)
    world.visitorToken('t1', 5 * minute)
    await world.hello(7)
    expect(world.frames[0]).toEqual({
      type: 'ready',
      protocol: protocolNumber,
      conversations: [{ id: conversationId, latestSequence: 250, recovered: true }],
    })
    expect(world.sequences()).toEqual(Array.from({ length: 243 }, (_unused, index) => index + 8))
  })

  it('[RT4] holds back what is committed during the replay, and sends it after it, each once', async () => {
    const world = openWorld(150)
    world.visitorToken('t1', 5 * minute)
    let committed = 150
    // After each page was read: the last of them is on no page.
    world.hooks.afterList = () => {
      if (committed < 153) world.commit(++committed)
    }
    await world.hello(0)
    expect(committed).toBeGreaterThan(151)
    world.commit(++committed)
    expect(world.sequences()).toEqual(Array.from({ length: committed }, (_unused, index) => index + 1))
  })

  it('[RT31] lets others have a turn between the pages of a replay', async () => {
    const world = openWorld(250)
    world.visitorToken('t1', 5 * minute)
    world.session.receive(
      JSON.stringify({ type: 'hello', orgToken: 't1', conversations: [{ id: conversationId, after: 0 }] }),
    )
    await world.clock.settle()
    expect(world.sequences()).toHaveLength(limits.pageMessages)
    await world.clock.advance(0)
    expect(world.sequences()).toHaveLength(250)
  })

  it('[RT5] says recovered false, and replays nothing, beyond the replay limit', async () => {
    const world = openWorld(limits.replayMessages + 1)
    world.visitorToken('t1', 5 * minute)
    await world.hello(0)
    expect(world.frames).toEqual([
      {
        type: 'ready',
        protocol: protocolNumber,
        conversations: [{ id: conversationId, latestSequence: limits.replayMessages + 1, recovered: false }],
      },
    ])
  })

  it('[RT6] answers for a foreign conversation as for one that does not exist', async () => {
    const world = openWorld(5)
    world.visitorToken('t1', 5 * minute, 'p_eve' as PublicVisitorId)
    await world.say({
      type: 'hello',
      protocol: protocolNumber,
      orgToken: 't1',
      conversations: [
        { id: conversationId, after: 0 },
        { id: 'nowhere', after: 0 },
      ],
    })
    world.commit(6)
    expect(world.frames).toEqual([
      {
        type: 'ready',
        protocol: protocolNumber,
        conversations: [
          { id: conversationId, latestSequence: 0, recovered: false },
          { id: 'nowhere', latestSequence: 0, recovered: false },
        ],
      },
    ])
  })

  it('[RT7] sends a visitor nothing that only agents may know', async () => {
    const world = openWorld()
    world.visitorToken('t1', 5 * minute)
    await world.hello()
    world.commit(1)
    expect(world.frames.at(-1)?.type).toBe('conversation')
    for (const text of world.texts)
      expect(text).not.toMatch(/preview|visitorReadSequence|visitorId|visitorName|visitorEmail|authorId/)
  })

  it('[VF9] tells a profile that has changed to the agents of the organisation, and to no visitor', async () => {
    const world = openWorld()
    world.visitorToken('t1', 5 * minute)
    await world.hello()
    const before = world.texts.length
    const heard: string[] = []
    const agent = {
      hear: () => undefined,
      hearNow: (text: string) => heard.push(text),
      hearTyping: () => undefined,
      hearAside: () => undefined,
    }
    const member = { kind: 'agent', orgId, userId: 'u1', sessionId: 's1', role: 'agent' } as const
    world.listeners.add({ ...member, issuedAtMs: 0, expiresAtMs: 5 * minute }, agent)
    world.listeners.add({ ...member, orgId: 'org_b' as OrgId, issuedAtMs: 0, expiresAtMs: 5 * minute }, agent)
    const profile = {
      ...{ visitorId, name: 'Ann', email: null, language: 'en', browser: 'Firefox on Android' },
      ...{ page: { url: 'https://shop.example/', title: 'Shop' }, firstSeenAt: null, lastSeenAt: null },
    }
    world.listeners.deliver({ orgId, profile })
    expect(world.texts).toHaveLength(before)
    expect(heard.map(decodeVisitorFrame)).toEqual([{ type: 'visitor', visitor: profile }])
    expect(decodeVisitorFrame('{"type":"visitor","visitor":{}}')).toBeUndefined()
    expect(decodeVisitorFrame('{"type":"typing"}')).toBeUndefined()
  })

  it('[RT30] does not wake a visitor for what only agents see', async () => {
    const world = openWorld()
    world.visitorToken('t1', 5 * minute)
    await world.hello()
    const before = world.frames.length
    world.listeners.deliver({ ...event(1), message: undefined, audience: 'agents' })
    expect(world.frames).toHaveLength(before)
    world.listeners.deliver({ ...event(1), message: undefined })
    expect(world.frames).toHaveLength(before + 1)
  })

  it.each([
    ['token_invalid', 4401],
    ['org_disabled', 4403],
  ] as const)('[RT32] closes a session that may not go on for %s with %i', async (refusal, code) => {
    const world = openWorld()
    world.visitorToken('t1', 5 * minute)
    await world.hello()
    await world.session.recheck()
    expect(world.closes).toEqual([])
    world.hooks.refusal = refusal
    await world.session.recheck()
    expect(world.closes).toEqual([{ code, reason: refusal }])
  })

  it('[RT8] closes with 4401 when the token ran out and was not renewed within the grace', async () => {
    const world = openWorld()
    world.visitorToken('t1', 10_000)
    await world.hello()
    const stay = async (ms: number) => {
      for (let left = ms; left > 0; left -= 10_000) {
        await world.clock.advance(Math.min(10_000, left))
        if (world.closes.length === 0) await world.say({ type: 'ping' })
      }
    }
    await stay(10_000 + limits.renewGraceMs - 1)
    expect(world.closes).toEqual([])
    await world.clock.advance(1)
    expect(world.closes).toEqual([{ code: 4401, reason: 'token_expired' }])
  })

  it('[RT9] renews in place: the socket outlives its first token (S13)', async () => {
    const world = openWorld()
    world.visitorToken('t0', 5 * minute)
    await world.hello(undefined, 't0')
    for (let round = 1; round <= 12; round++) {
      await world.clock.advance(30_000)
      world.visitorToken(`t${String(round)}`, 5 * minute)
      await world.say({ type: 'renew', token: `t${String(round)}` })
      expect(world.frames.at(-1)).toEqual({ type: 'renewed' })
    }
    world.commit(1)
    expect(world.sequences()).toEqual([1])
    expect(world.closes).toEqual([])
  })

  it('[RT10] refuses a renewal with a token of somebody else', async () => {
    const world = openWorld()
    world.visitorToken('t1', 5 * minute)
    world.visitorToken('t2', 5 * minute, 'p_eve' as PublicVisitorId)
    await world.hello()
    await world.say({ type: 'renew', token: 't2' })
    expect(world.closes[0]?.code).toBe(4401)
  })

  it('[RT11] closes with 4401 for a refused token and 4403 where another token would not help', async () => {
    const refused = openWorld()
    await refused.hello()
    expect(refused.closes).toEqual([{ code: 4401, reason: 'token_invalid' }])
    const denied = openWorld()
    denied.tokens.set('t1', { kind: 'refused', code: 'origin_not_allowed' })
    await denied.hello()
    expect(denied.closes).toEqual([{ code: 4403, reason: 'origin_not_allowed' }])
  })

  it('[RT12] refuses a token that is bound to no visitor', async () => {
    const world = openWorld()
    world.tokens.set('t1', {
      kind: 'granted',
      principal: {
        kind: 'visitor',
        org,
        visitorId: undefined,
        issuedAtMs: 0,
        expiresAtMs: world.clock.nowMs() + minute,
      },
    })
    await world.hello()
    expect(world.closes[0]?.code).toBe(4401)
  })

  it('[RT13] answers a ping with a pong', async () => {
    const world = openWorld()
    world.visitorToken('t1', 5 * minute)
    await world.hello()
    await world.say({ type: 'ping' })
    expect(world.frames.at(-1)).toEqual({ type: 'pong' })
  })

  it('[RT14] closes with 4408 after the silence limit, counted from the last frame', async () => {
    const world = openWorld()
    world.visitorToken('t1', 5 * minute)
    await world.hello()
    await world.clock.advance(limits.socketSilenceMs - 1)
    await world.say({ type: 'ping' })
    await world.clock.advance(limits.socketSilenceMs - 1)
    expect(world.closes).toEqual([])
    await world.clock.advance(1)
    expect(world.closes[0]?.code).toBe(4408)
  })

  it('[RT15] closes with 4413 a reader whose queue passes the limit', async () => {
    const world = openWorld()
    world.visitorToken('t1', 5 * minute)
    await world.hello()
    world.reader.queuedBytes = limits.socketQueueBytes + 1
    world.commit(1)
    expect(world.closes[0]?.code).toBe(4413)
  })

  it('[RT16] waits for the reader during a replay, and closes with 4413 one that never reads', async () => {
    const world = openWorld(10)
    world.visitorToken('t1', 5 * minute)
    world.reader.queuedBytes = limits.socketQueueBytes / 2
    const { promise, resolve } = Promise.withResolvers<void>()
    world.reader.drained = promise
    await world.hello(0)
    expect(world.sequences()).toEqual([1])
    world.reader.queuedBytes = 0
    resolve()
    await world.clock.settle()
    expect(world.sequences()).toHaveLength(10)

    const stuck = openWorld(10)
    stuck.visitorToken('t1', 5 * minute)
    stuck.reader.queuedBytes = limits.socketQueueBytes / 2
    stuck.reader.drained = Promise.withResolvers<void>().promise
    await stuck.hello(0)
    await stuck.clock.advance(30_000)
    await stuck.say({ type: 'ping' })
    await stuck.clock.advance(limits.socketSilenceMs - 30_000)
    expect(stuck.closes[0]?.code).toBe(4413)
  })

  it.each(['no json', '{"type":"hello"}', '[]', '{"type":"renew"}', '{"type":"whatever"}'])(
    '[RT17] closes with 4400 a malformed or unknown frame: %s',
    async (text) => {
      const world = openWorld()
      world.visitorToken('t1', 5 * minute)
      await world.hello()
      world.session.receive(text)
      await world.clock.settle()
      expect(world.closes[0]?.code).toBe(4400)
    },
  )

  it('[RT18] leaves an unknown frame aside where the client speaks another protocol number', async () => {
    const world = openWorld()
    world.visitorToken('t1', 5 * minute)
    await world.hello(undefined, 't1', { protocol: protocolNumber + 1 })
    await world.say({ type: 'confetti' })
    expect(world.closes).toEqual([])
  })

  it('[RT36] tells of somebody who writes at most once in 2 s, and drops the rest', async () => {
    const world = openWorld()
    world.visitorToken('t1', 5 * minute)
    await world.hello()
    const type = (id: string) => world.say({ type: 'typing', conversationId: id })
    await type('c1')
    await type('c1')
    await world.clock.advance(typingLimits.takenEveryMs - 1)
    await type('c2')
    expect(world.typed).toEqual(['c1'])
    await world.clock.advance(1)
    await type('c2')
    expect(world.typed).toEqual(['c1', 'c2'])
    expect(world.closes).toEqual([])
  })

  it('[RT37] stays when it could not be told that somebody writes', async () => {
    const world = openWorld()
    world.visitorToken('t1', 5 * minute)
    await world.hello()
    world.hooks.typingFails = true
    await world.say({ type: 'typing', conversationId })
    expect(world.closes).toEqual([])
    await world.say({ type: 'typing' })
    expect(world.closes[0]?.code).toBe(4400)
  })

  it('[RT38] tells a session that is behind nothing of who writes', async () => {
    const world = openWorld(150)
    world.visitorToken('t1', 5 * minute)
    const typing = { role: 'agent', userId: 'u1', name: 'Ada' } as const
    world.hooks.afterList = () => {
      world.listeners.deliver({ orgId, conversationId, visitorId, typing })
    }
    await world.hello(0)
    expect(world.texts.join()).not.toContain('typing')
    world.listeners.deliver({ orgId, conversationId, visitorId, typing })
    expect(world.texts.at(-1)).toBe(JSON.stringify({ type: 'typing', conversationId, role: 'agent' }))
  })

  it('[RT19] leaves no timer behind when it ends', async () => {
    const world = openWorld()
    world.visitorToken('t1', 5 * minute)
    await world.hello()
    world.session.onGone()
    expect(world.clock.pendingTimers).toBe(0)
  })
})
