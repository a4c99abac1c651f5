import {
  type ClientMessageId,
  type ConversationId,
  limits,
  type OrgId,
  type Sequence,
  type VisitorId,
} from '@helvino/protocol'
import { SimClock, SimRandom } from '@helvino/testkit'
import { beforeEach, describe, expect, it } from 'vitest'
import { openTestSqlite, storeParts } from '../../tests/sqlite-stores.ts'
import { createIdentifyVisitor } from '../auth/visitor.ts'
import type { ConversationEvent } from '../fan-out/contract.ts'
import { createLocalFanOut } from '../fan-out/local.ts'
import { orgLike } from '../store/contract-suite.ts'
import type { Org, Store } from '../store/contract.ts'
import type { CountedStore } from '../store/create-store.ts'
import { createSqliteStore } from '../store/sqlite/sqlite-store.ts'
import {
  type AgentPrincipal,
  type Conversations,
  createConversations,
  type MessageDraft,
  type VisitorPrincipal,
} from './conversations.ts'

const org = orgLike('a')
const identify = createIdentifyVisitor(new SimRandom('visitor').bytes(32))
const ann = identify(org.id, 'v_5f0c2b1e-8f5d-4a53-9f0e-1c2d3e4f5a6b' as VisitorId)
const bob = identify(org.id, 'v_00000000-8f5d-4a53-9f0e-1c2d3e4f5a6b' as VisitorId)
const visitor = (visitorId: VisitorPrincipal['visitorId'] = ann.visitorId, of: Org = org): VisitorPrincipal => ({
  kind: 'visitor',
  org: of,
  visitorId,
  issuedAtMs: 0,
  expiresAtMs: Number.MAX_SAFE_INTEGER,
})
const agent = (orgId: OrgId = org.id): AgentPrincipal => ({
  kind: 'agent',
  orgId,
  userId: 'u1',
  sessionId: 's1',
  role: 'agent',
  issuedAtMs: 0,
  expiresAtMs: Number.MAX_SAFE_INTEGER,
})
const unbound: VisitorPrincipal = { ...visitor(), visitorId: undefined }
const window = { after: undefined, before: undefined, limit: limits.pageMessages }

describe('conversations', () => {
  let store: CountedStore
  let sqlite: ReturnType<typeof openTestSqlite>
  let conversations: Conversations
  let events: ConversationEvent[]
  /** How many groups were on disk when each event was published. */
  let committedAtEvent: number[]

  beforeEach(async () => {
    sqlite = openTestSqlite()
    store = createSqliteStore({ ...sqlite, ...storeParts() })
    await store.putOrg(org)
    await store.putOrg(orgLike('b'))
    const fanOut = createLocalFanOut((error) => {
      throw error
    })
    events = []
    committedAtEvent = []
    fanOut.subscribe((event) => {
      if (!('conversation' in event)) return
      events.push(event)
      committedAtEvent.push(store.writesCommitted())
    })
    conversations = createConversations({
      store,
      fanOut,
      clock: new SimClock(),
      random: new SimRandom('conversations'),
    })
  })

  async function open(principal = visitor(), who = ann): Promise<ConversationId> {
    const result = await conversations.openConversation(principal, who, undefined)
    if (result.kind !== 'opened') throw new Error(result.code)
    return result.conversation.id
  }

  const draft = (conversationId: ConversationId, more: Partial<MessageDraft> = {}): MessageDraft => ({
    conversationId,
    role: 'user',
    content: 'hello',
    clientMessageId: undefined,
    ...more,
  })
  const key = (value: string) => value as ClientMessageId
  const post = async (principal: VisitorPrincipal | AgentPrincipal, message: MessageDraft) => {
    const result = await conversations.postMessage(principal, message)
    return result.kind === 'refused' ? result.code : result.message.content
  }
  const contents = async (id: ConversationId) =>
    (await store.ofOrg(org.id).listMessages(id, window)).messages.map(({ content }) => content)

  it("[CNV1] accepts a visitor's message and an agent's answer, each in its own role", async () => {
    const id = await open()
    const question = await conversations.postMessage(visitor(), draft(id))
    const answer = await conversations.postMessage(agent(), draft(id, { role: undefined, content: 'hi' }))
    expect(question).toMatchObject({ kind: 'accepted', replayed: false, message: { role: 'user', sequence: 1 } })
    expect(answer).toMatchObject({ kind: 'accepted', message: { role: 'agent', sequence: 2 } })
  })

  it.each(['agent', 'system', 'User', ''])('[CNV2] refuses role %j of a visitor', async (role) => {
    const id = await open()
    expect(await post(visitor(), draft(id, { role }))).toBe('role_invalid')
    expect(await contents(id)).toEqual([])
  })

  it('[CNV2] refuses role user of an agent', async () => {
    expect(await post(agent(), draft(await open()))).toBe('role_invalid')
  })

  it.each([
    ['nothing', ''],
    ['white space', ' \n\t\u00A0\u2003'],
    ['one character too many', 'x'.repeat(limits.contentLength + 1)],
  ])('[CNV3] refuses a text of %s', async (_name, content) => {
    const id = await open()
    expect(await post(visitor(), draft(id, { content }))).toBe('content_invalid')
    expect(await contents(id)).toEqual([])
  })

  it('[CNV4] stores the longest text, and white space around a text, as they are', async () => {
    const id = await open()
    const texts = ['x'.repeat(limits.contentLength), ' a\n ', '\u{1F600}'.repeat(limits.contentLength / 2)]
    for (const content of texts) expect(await post(visitor(), draft(id, { content }))).toBe(content)
    expect(await contents(id)).toEqual(texts)
  })

  it('[CNV5] stores U+FFFD for half a surrogate pair and for U+0000, and knows the same text again', async () => {
    const id = await open()
    const message = draft(id, { content: 'a\ud83d b\udc00 c\u0000\u{1F600}', clientMessageId: key('k') })
    expect(await post(visitor(), message)).toBe('a\uFFFD b\uFFFD c\uFFFD\u{1F600}')
    expect(await conversations.postMessage(visitor(), message)).toMatchObject({ kind: 'accepted', replayed: true })
    expect(await contents(id)).toEqual(['a\uFFFD b\uFFFD c\uFFFD\u{1F600}'])
  })

  it('[CNV6] announces a message once, after its commit, and not when it is replayed', async () => {
    const id = await open()
    const before = store.writesCommitted()
    const [first, again] = await Promise.all([
      conversations.postMessage(visitor(), draft(id, { clientMessageId: key('k') })),
      conversations.postMessage(visitor(), draft(id, { clientMessageId: key('k') })),
    ])
    if (first.kind !== 'accepted' || again.kind !== 'accepted') throw new Error('refused')
    expect([first.replayed, again.replayed]).toEqual([false, true])
    const announced = events.filter(({ message }) => message !== undefined)
    expect(announced).toEqual([
      {
        orgId: org.id,
        conversationId: id,
        visitorId: ann.visitorId,
        conversation: first.conversation,
        message: first.message,
        audience: 'everybody',
      },
    ])
    expect(committedAtEvent.at(-1)).toBe(before + 2)
  })

  it('[CNV18] announces a message that comes again after its database was lost under it, once', async () => {
    const fanOut = createLocalFanOut((error) => {
      throw error
    })
    fanOut.subscribe((event) => {
      if ('conversation' in event) events.push(event)
    })
    let isLost = true
    const losing: Store = {
      ...store,
      ofOrg: (orgId) => ({
        ...store.ofOrg(orgId),
        async appendMessage(message) {
          const result = await store.ofOrg(orgId).appendMessage(message)
          return isLost ? { kind: 'unavailable', reason: 'failing' } : result
        },
      }),
    }
    const over = createConversations({ store: losing, fanOut, clock: new SimClock(), random: new SimRandom('lost') })
    const id = await open()
    const message = draft(id, { clientMessageId: key('k') })
    const announced = () => events.filter((event) => event.message !== undefined).length
    expect(await over.postMessage(visitor(), message)).toMatchObject({ code: 'unavailable' })
    expect(announced()).toBe(0)
    isLost = false
    expect(await over.postMessage(visitor(), message)).toMatchObject({ kind: 'accepted', replayed: true })
    expect(announced()).toBe(1)
    expect(await over.postMessage(visitor(), message)).toMatchObject({ kind: 'accepted', replayed: true })
    expect(announced()).toBe(1)
  })

  it('[CNV15] takes several messages at once, each in its own right, and announces what is stored in its order', async () => {
    const id = await open()
    await post(visitor(), draft(id, { content: 'known', clientMessageId: key('known') }))
    const before = store.writesCommitted()
    const announced = events.length
    const drafts = [
      draft(id, { content: 'one', clientMessageId: key('1') }),
      draft(id, { content: ' ', clientMessageId: key('2') }),
      draft(id, { content: 'known', clientMessageId: key('known') }),
      draft(id, { content: 'other', clientMessageId: key('known') }),
      draft(id, { content: 'x', clientMessageId: key('5'), role: 'agent' }),
      draft('nowhere' as ConversationId, { content: 'x', clientMessageId: key('6') }),
      draft(id, { content: 'two', clientMessageId: key('7') }),
    ]
    const answered = await conversations.postMessages(visitor(), drafts)
    if (answered.kind === 'refused') throw new Error(answered.code)
    expect(
      answered.outcomes.map((each) =>
        each.kind === 'refused' ? each.code : `${each.message.content}${each.replayed ? ' again' : ''}`,
      ),
    ).toEqual(['one', 'content_invalid', 'known again', 'idempotency_mismatch', 'role_invalid', 'not_found', 'two'])
    expect(store.writesCommitted()).toBe(before + 1)
    expect(events.slice(announced).map(({ message }) => message?.content)).toEqual(['one', 'two'])
    expect(committedAtEvent.at(-1)).toBe(before + 1)
    expect(await contents(id)).toEqual(['known', 'one', 'two'])
  })

  it('[CNV16] refuses several messages as a whole where the sender may not write, or the store cannot', async () => {
    const id = await open()
    const drafts = [draft(id, { clientMessageId: key('1') }), draft(id, { clientMessageId: key('2') })]
    const silent = visitor(ann.visitorId, { ...org, config: { ...org.config, writeEnabled: false } })
    expect(await conversations.postMessages(silent, drafts)).toMatchObject({ code: 'writes_disabled' })
    expect(await conversations.postMessages(unbound, drafts)).toMatchObject({ code: 'token_invalid' })
    await store.close()
    expect(await conversations.postMessages(visitor(), drafts)).toMatchObject({ code: 'unavailable' })
    expect(await conversations.postMessages(agent(), drafts.slice(0, 0))).toMatchObject({ code: 'unavailable' })
  })

  it('[CNV7] refuses the same key with another text', async () => {
    const id = await open()
    await post(visitor(), draft(id, { clientMessageId: key('k') }))
    expect(await post(visitor(), draft(id, { clientMessageId: key('k'), content: 'other' }))).toBe(
      'idempotency_mismatch',
    )
  })

  it("[CNV8] refuses a visitor's writes while they are switched off, and lets agents answer and both read", async () => {
    const id = await open()
    const silent = visitor(ann.visitorId, { ...org, config: { ...org.config, writeEnabled: false } })
    expect(await post(silent, draft(id))).toBe('writes_disabled')
    expect(await conversations.openConversation(silent, ann, undefined)).toMatchObject({ code: 'writes_disabled' })
    expect(await post(agent(), draft(id, { role: 'agent', content: 'still here' }))).toBe('still here')
    expect(await conversations.listMessages(silent, id, window)).toMatchObject({ kind: 'listed' })
  })

  it('[CNV9] answers every foreign conversation like one that does not exist', async () => {
    const id = await open()
    const strangers = [visitor(bob.visitorId), visitor(ann.visitorId, orgLike('b')), agent(orgLike('b').id)]
    const nowhere = 'nowhere' as ConversationId
    for (const [principal, target] of [
      ...strangers.map((each) => [each, id] as const),
      [visitor(), nowhere] as const,
    ]) {
      expect(await post(principal, draft(target, { role: undefined }))).toBe('not_found')
      expect(await conversations.findConversation(principal, target)).toMatchObject({ code: 'not_found' })
      expect(await conversations.listMessages(principal, target, window)).toMatchObject({ code: 'not_found' })
    }
    const foreign = agent(orgLike('b').id)
    expect(await conversations.resolveConversation(foreign, id)).toMatchObject({ code: 'not_found' })
    expect(await conversations.markRead(foreign, id, 1 as Sequence)).toMatchObject({ code: 'not_found' })
    expect(
      (
        await conversations.listConversations(foreign, {
          ...{ status: undefined, assigneeId: undefined, query: undefined },
          unreadOnly: false,
          cursor: undefined,
          limit: 50,
        })
      ).conversations,
    ).toEqual([])
    expect(await contents(id)).toEqual([])
  })

  it("[CV51] shows an agent the messages of every visitor of their own organisation, and of no other's", async () => {
    const [ofAnn, ofBob] = [await open(), await open(visitor(bob.visitorId), bob)]
    await post(visitor(), draft(ofAnn, { content: 'of ann' }))
    await post(visitor(bob.visitorId), draft(ofBob, { content: 'of bob' }))
    const read = async (of: OrgId, id: ConversationId) => {
      const listed = await conversations.listMessages(agent(of), id, window)
      return listed.kind === 'listed' ? listed.page.messages.map(({ content }) => content) : listed.code
    }
    expect([await read(org.id, ofAnn), await read(org.id, ofBob)]).toEqual([['of ann'], ['of bob']])
    expect(await read(orgLike('b').id, ofAnn)).toBe('not_found')
  })

  it('[CV52] answers each of several messages in its place, wherever between them one is refused unseen', async () => {
    const id = await open()
    const texts = ['', 'a', '', '', 'b', '']
    const drafts = texts.map((content) => draft(id, { content }))
    const posted = await conversations.postMessages(visitor(), drafts)
    if (posted.kind === 'refused') throw new Error(posted.code)
    const answers = posted.outcomes.map((each) => (each.kind === 'refused' ? each.code : each.message.content))
    const bad = 'content_invalid'
    expect(answers).toEqual([bad, 'a', bad, bad, 'b', bad])
  })

  it('[CNV10] lets an unbound token open a conversation and nothing else', async () => {
    const id = await open(unbound)
    expect(await post(unbound, draft(id))).toBe('token_invalid')
    expect(await conversations.findConversation(unbound, id)).toMatchObject({ code: 'token_invalid' })
    expect(await conversations.listMessages(unbound, id, window)).toMatchObject({ code: 'token_invalid' })
    expect(await conversations.listVisitorConversations(unbound)).toMatchObject({ code: 'token_invalid' })
  })

  it("[CNV11] does not open a conversation in the name of another visitor than the token's", async () => {
    expect(await conversations.openConversation(visitor(), bob, undefined)).toMatchObject({ code: 'token_invalid' })
  })

  it('[CNV12] announces a conversation when it is made, resolved, reopened and read', async () => {
    const id = await open()
    expect(await open()).toBe(id)
    await post(visitor(), draft(id))
    await conversations.markRead(agent(), id, 1 as Sequence)
    await conversations.resolveConversation(agent(), id)
    await conversations.reopenConversation(agent(), id)
    const told = events.map(({ conversation: { status, readSequence }, message }) => [
      status,
      readSequence,
      message?.sequence,
    ])
    expect(told).toEqual([
      ['open', 0, undefined],
      ['open', 0, 1],
      ['open', 1, undefined],
      ['resolved', 1, undefined],
      ['open', 1, undefined],
    ])
    expect(await conversations.listVisitorConversations(visitor())).toMatchObject({ conversations: [{ id }] })
  })

  it('[CNV14] announces how far agents have read to everybody, and nothing that was so before', async () => {
    const id = await open()
    await post(visitor(), draft(id))
    const before = events.length
    for (const sequence of [1, 1, 0]) await conversations.markRead(agent(), id, sequence as Sequence)
    await conversations.reopenConversation(agent(), id)
    await conversations.resolveConversation(agent(), id)
    expect(await conversations.resolveConversation(agent(), id)).toMatchObject({ kind: 'changed' })
    expect(events.slice(before).map(({ audience }) => audience)).toEqual(['everybody', 'everybody'])
  })

  it('[RS10] announces how far a visitor has read to the agents, and takes it of nobody else', async () => {
    const id = await open()
    await post(agent(), draft(id, { role: 'agent' }))
    const before = events.length
    for (const sequence of [1, 1, 0]) await conversations.markRead(visitor(), id, sequence as Sequence)
    expect(events.slice(before)).toMatchObject([{ audience: 'agents', conversation: { visitorReadSequence: 1 } }])
    const strangers = [visitor(bob.visitorId), unbound, agent(orgLike('b').id)]
    const codes = []
    for (const stranger of strangers) codes.push(await conversations.markRead(stranger, id, 1 as Sequence))
    expect(codes).toMatchObject([{ code: 'not_found' }, { code: 'token_invalid' }, { code: 'not_found' }])
    expect(events).toHaveLength(before + 1)
  })

  it('[CNV13] refuses with a time to wait, and announces nothing, while the store cannot take a write', async () => {
    const id = await open()
    const before = events.length
    sqlite.database.pragma(`max_page_count = ${String(sqlite.database.pragma('page_count', { simple: true }))}`)
    const full = await conversations.postMessage(visitor(), draft(id, { content: 'x'.repeat(8_000) }))
    expect(full).toMatchObject({ kind: 'refused', code: 'storage_full' })
    await store.close()
    const closing = await conversations.postMessage(visitor(), draft(id))
    expect(closing).toMatchObject({ kind: 'refused', code: 'unavailable' })
    for (const answer of [full, closing]) {
      const waitSeconds = answer.kind === 'refused' ? answer.retryAfterSeconds : undefined
      expect(waitSeconds).toBeGreaterThanOrEqual(1)
      expect(waitSeconds).toBeLessThanOrEqual(60)
    }
    expect(await conversations.openConversation(visitor(bob.visitorId), bob, undefined)).toMatchObject({
      code: 'unavailable',
    })
    expect(await conversations.resolveConversation(agent(), id)).toMatchObject({ code: 'unavailable' })
    expect(events).toHaveLength(before)
  })
})
