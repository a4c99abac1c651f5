import type { ConversationId, OrgId } from '@helvino/protocol'
import { defaultWidgetConfig, limits } from '@helvino/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { describeDesk } from '../../tests/desk-suite.ts'
import { describeErasure } from '../../tests/erasure-suite.ts'
import { describeIsolation } from '../../tests/isolation-suite.ts'
import { describeVisitors } from '../../tests/visitors-suite.ts'
import { at, everything, key, newest, openFor, startMs, text, visitor } from '../../tests/suite-data.ts'
import type { ConversationFilter, Org, OrgRepository, Store } from './contract.ts'

/** A place where data outlives the store that wrote it. */
export interface StorePlace {
  /** Opens the store on what is there; at most one at a time. */
  open(): Promise<Store>
  /** Drops the store without its `close()`, as a killed process would. */
  abandon(): Promise<void>
  /** Removes everything. */
  remove(): Promise<void>
}

export const orgLike = (name: string): Org => ({
  id: `org_${name}` as OrgId,
  key: `key_${name}`,
  siteId: `site_${name}`,
  name,
  enabled: true,
  config: defaultWidgetConfig,
  allowedOrigins: [],
  validFromMs: 0,
})

async function readAll(repository: OrgRepository, id: ConversationId) {
  const all = []
  for (;;) {
    const page = await repository.listMessages(id, { ...newest, after: all.at(-1)?.sequence ?? at(0) })
    if (page.messages.length === 0) return all
    all.push(...page.messages)
  }
}

/** What every store keeps, whatever it is made of. */
export function describeStore(name: string, createPlace: () => Promise<StorePlace>): void {
  describe(`store: ${name}`, () => {
    let place: StorePlace
    let store: Store
    let ours: OrgRepository
    let theirs: OrgRepository

    beforeEach(async () => {
      place = await createPlace()
      store = await place.open()
      await store.putOrg(orgLike('a'))
      await store.putOrg(orgLike('b'))
      ours = store.ofOrg(orgLike('a').id)
      theirs = store.ofOrg(orgLike('b').id)
    })
    afterEach(() => place.remove())

    it('[STO1] numbers 1,000 concurrent messages of several conversations without a gap, in the order of their calls', async () => {
      const opened = await Promise.all(Array.from({ length: 7 }, (_, index) => openFor(ours, `v${String(index)}`)))
      const ids = opened.map(({ conversation }) => conversation.id)
      const calls = Array.from({ length: 1_000 }, (_, index) => ({
        id: ids[index % 7] as ConversationId,
        content: `m${String(index)}`,
      }))
      await Promise.all(
        calls.map(({ id, content }) => ours.appendMessage(text(id, content, { clientMessageId: key(content) }))),
      )
      for (const id of ids) {
        const messages = await readAll(ours, id)
        const sent = calls.filter((call) => call.id === id).map(({ content }) => content)
        expect(messages.map(({ content }) => content)).toEqual(sent)
        expect(messages.map(({ sequence }) => sequence)).toEqual(sent.map((_, index) => index + 1))
      }
    })

    it('[STO2] answers a repeated client message id with the stored message and writes nothing', async () => {
      const { conversation } = await openFor(ours, 'v')
      const message = text(conversation.id, 'hello', { clientMessageId: key('k') })
      const first = await ours.appendMessage(message)
      const [again, twin] = await Promise.all([
        ours.appendMessage({ ...message, nowMs: startMs + 5_000 }),
        ours.appendMessage(message),
      ])
      if (first.kind !== 'stored') throw new Error(first.kind)
      expect(again).toEqual({ ...first, kind: 'replayed' })
      expect(twin).toEqual({ ...first, kind: 'replayed' })
      expect(await readAll(ours, conversation.id)).toEqual([first.message])
    })

    it('[STO2] keeps one of two copies that arrive in the same moment', async () => {
      const { conversation } = await openFor(ours, 'v')
      const message = text(conversation.id, 'hello', { clientMessageId: key('k') })
      const results = await Promise.all([ours.appendMessage(message), ours.appendMessage(message)])
      expect(results.map(({ kind }) => kind)).toEqual(['stored', 'replayed'])
      expect(await readAll(ours, conversation.id)).toHaveLength(1)
    })

    it('[STO3] answers mismatch where a client message id comes again with another text or role', async () => {
      const { conversation } = await openFor(ours, 'v')
      const message = text(conversation.id, 'hello', { clientMessageId: key('k') })
      await ours.appendMessage(message)
      expect(await ours.appendMessage({ ...message, content: 'Hello' })).toEqual({ kind: 'mismatch' })
      expect(await ours.appendMessage({ ...message, role: 'agent' })).toEqual({ kind: 'mismatch' })
    })

    it('[STO23] appends several messages in their order, each answered as by itself', async () => {
      const { conversation } = await openFor(ours, 'v')
      const message = (content: string, id = content) => text(conversation.id, content, { clientMessageId: key(id) })
      await ours.appendMessage(message('b'))
      const kinds = await ours.appendMessages([
        message('a'),
        message('b'),
        message('other text', 'b'),
        { ...message('c'), visitorId: visitor('w').visitorId },
        message('d'),
        message('a'),
      ])
      if ('kind' in kinds) throw new Error(kinds.reason)
      expect(kinds.map(({ kind }) => kind)).toEqual([
        'stored',
        'replayed',
        'mismatch',
        'no-conversation',
        'stored',
        'replayed',
      ])
      const stored = await readAll(ours, conversation.id)
      expect(stored.map(({ content, sequence }) => [content, sequence])).toEqual([
        ['b', 1],
        ['a', 2],
        ['d', 3],
      ])
    })

    it('[STO24] lets nobody come between the messages that are appended together', async () => {
      const { conversation } = await openFor(ours, 'v')
      const batch = (name: string) =>
        Array.from({ length: 20 }, (_, index) => text(conversation.id, `${name} ${String(index)}`))
      await Promise.all([
        ours.appendMessages(batch('one')),
        ours.appendMessage(text(conversation.id, 'alone')),
        ours.appendMessages(batch('two')),
      ])
      const stored = (await readAll(ours, conversation.id)).map(({ content }) => content.split(' ')[0])
      expect(stored.filter((name, index) => name !== stored[index - 1]).toSorted()).toEqual(['alone', 'one', 'two'])
    })

    it('[STO25] appends none of several messages where they cannot all be written', async () => {
      const { conversation } = await openFor(ours, 'v')
      await store.close()
      expect(await ours.appendMessages([text(conversation.id, 'late'), text(conversation.id, 'later')])).toEqual({
        kind: 'unavailable',
        reason: 'closing',
      })
    })

    it('[STO4] takes the same client message id once in each conversation', async () => {
      const one = await openFor(ours, 'v1')
      const two = await openFor(ours, 'v2')
      const results = await Promise.all(
        [one, two].map(({ conversation }) =>
          ours.appendMessage(text(conversation.id, conversation.id, { clientMessageId: key('k') })),
        ),
      )
      expect(results.map(({ kind }) => kind)).toEqual(['stored', 'stored'])
    })

    it('[STO5] gives a visitor one open conversation, however many calls ask for it at once', async () => {
      const results = await Promise.all([openFor(ours, 'v', 'k1'), openFor(ours, 'v', 'k2'), openFor(ours, 'v')])
      expect(results.map(({ created }) => created)).toEqual([true, false, false])
      expect(new Set(results.map(({ conversation }) => conversation.id)).size).toBe(1)
    })

    it('[STO6] answers the key that made a conversation with that conversation, though it has been resolved', async () => {
      const { conversation } = await openFor(ours, 'v', 'k1')
      await ours.setStatus(conversation.id, 'resolved')
      const again = await openFor(ours, 'v', 'k1')
      expect(again).toMatchObject({ created: false, conversation: { id: conversation.id, status: 'resolved' } })
      const other = await openFor(ours, 'v', 'k2')
      expect(other.created).toBe(true)
      const foreign = await openFor(ours, 'w', 'k1')
      expect(foreign.created).toBe(true)
    })

    it('[STO7] reopens a resolved conversation with the next message', async () => {
      const { conversation } = await openFor(ours, 'v')
      await ours.setStatus(conversation.id, 'resolved')
      const result = await ours.appendMessage(text(conversation.id, 'one more thing'))
      expect(result).toMatchObject({ kind: 'stored', conversation: { status: 'open' } })
      expect(await ours.findConversation(conversation.id)).toMatchObject({ status: 'open', latestSequence: 1 })
    })

    it('[STO8] moves the read marker forwards only, and never past the latest message', async () => {
      const { conversation } = await openFor(ours, 'v')
      for (const content of ['1', '2', '3']) await ours.appendMessage(text(conversation.id, content))
      const marks = []
      for (const sequence of [2, 1, 99]) {
        const result = await ours.markRead(conversation.id, at(sequence))
        marks.push([result.kind, 'conversation' in result && result.conversation.readSequence])
      }
      expect(marks).toEqual([
        ['changed', 2],
        ['unchanged', 2],
        ['changed', 3],
      ])
    })

    it('[STO21] tells a change from one that was made before', async () => {
      const { conversation } = await openFor(ours, 'v')
      const kinds = []
      for (const status of ['open', 'resolved', 'resolved'] as const)
        kinds.push((await ours.setStatus(conversation.id, status)).kind)
      expect(kinds).toEqual(['unchanged', 'changed', 'unchanged'])
    })

    it("[STO9] keeps a conversation read through an agent's own answer, and unread where something was unread before", async () => {
      const { conversation } = await openFor(ours, 'v')
      await ours.appendMessage(text(conversation.id, 'question'))
      await ours.appendMessage(text(conversation.id, 'answer', { role: 'agent', authorId: 'u1' }))
      expect(await ours.findConversation(conversation.id)).toMatchObject({ readSequence: 0 })
      await ours.markRead(conversation.id, at(2))
      await ours.appendMessage(text(conversation.id, 'and more', { role: 'agent', authorId: 'u1' }))
      expect(await ours.findConversation(conversation.id)).toMatchObject({ readSequence: 3, latestSequence: 3 })
    })

    it('[IX3] keeps with a message which agent wrote it', async () => {
      const { conversation } = await openFor(ours, 'v')
      const answer = text(conversation.id, 'answer', { role: 'agent', authorId: 'u1', clientMessageId: key('a') })
      await ours.appendMessage(text(conversation.id, 'question'))
      for (const kind of ['stored', 'replayed'])
        expect(await ours.appendMessage(answer)).toMatchObject({ kind, message: { authorId: 'u1' } })
      const more = [text(conversation.id, 'more', { role: 'agent', authorId: 'u2' }), answer]
      expect(await ours.appendMessages(more)).toMatchObject([
        { message: { authorId: 'u2' } },
        { message: { authorId: 'u1' } },
      ])
      const { messages } = await ours.listMessages(conversation.id, newest)
      expect(messages.map(({ authorId }) => authorId)).toEqual([undefined, 'u1', 'u2'])
    })

    it('[STO10] pages forwards from a sequence, backwards before one, and gives the newest where neither is asked', async () => {
      const { conversation } = await openFor(ours, 'v')
      for (let index = 1; index <= 9; index += 1) await ours.appendMessage(text(conversation.id, String(index)))
      const page = async (window: { after?: number; before?: number; limit?: number }) => {
        const { messages, latestSequence } = await ours.listMessages(conversation.id, {
          after: window.after === undefined ? undefined : at(window.after),
          before: window.before === undefined ? undefined : at(window.before),
          limit: window.limit ?? 3,
        })
        expect(latestSequence).toBe(9)
        return messages.map(({ sequence }) => Number(sequence))
      }
      expect(await page({})).toEqual([7, 8, 9])
      expect(await page({ after: 0 })).toEqual([1, 2, 3])
      expect(await page({ after: 7 })).toEqual([8, 9])
      expect(await page({ after: 9 })).toEqual([])
      expect(await page({ before: 7 })).toEqual([4, 5, 6])
      expect(await page({ before: 2 })).toEqual([1])
      expect(await page({ before: 1 })).toEqual([])
      expect(await page({ after: 3, before: 2 })).toEqual([4, 5, 6])
      expect(await page({ limit: 0 })).toEqual([9])
    })

    it('[STO10] gives at most the largest page of messages and of conversations', async () => {
      const { conversation } = await openFor(ours, 'v')
      await Promise.all(
        Array.from({ length: 101 }, (_, index) => ours.appendMessage(text(conversation.id, String(index)))),
      )
      await Promise.all(Array.from({ length: 51 }, (_, index) => openFor(ours, `w${String(index)}`)))
      expect((await ours.listMessages(conversation.id, { ...newest, limit: 10_000 })).messages).toHaveLength(100)
      expect((await ours.listConversations({ ...everything, limit: 10_000 })).conversations).toHaveLength(50)
    })

    it('[STO11] lists conversations by activity, page by page, each exactly once', async () => {
      const ids: ConversationId[] = []
      for (let index = 0; index < 7; index += 1) {
        const { conversation } = await openFor(ours, `v${String(index)}`)
        // Equal times in pairs: the order must hold through a tie.
        await ours.appendMessage(text(conversation.id, 'x', { nowMs: startMs + Math.floor(index / 2) * 1_000 }))
        ids.push(conversation.id)
      }
      const seen = []
      let cursor: string | undefined
      do {
        const page = await ours.listConversations({ ...everything, cursor, limit: 3 })
        seen.push(...page.conversations)
        cursor = page.nextCursor
      } while (cursor !== undefined)
      expect(new Set(seen.map(({ id }) => id))).toEqual(new Set(ids))
      expect(seen).toHaveLength(7)
      const times = seen.map(({ activeAt }) => activeAt)
      expect(times).toEqual(times.toSorted().toReversed())
      expect(await ours.listConversations({ ...everything, cursor: 'nonsense' })).toEqual({
        conversations: [],
        nextCursor: undefined,
      })
    })

    it('[STO11] lists by status and by what no agent has read', async () => {
      const [one, two, three] = [await openFor(ours, 'v1'), await openFor(ours, 'v2'), await openFor(ours, 'v3')]
      await ours.appendMessage(text(one.conversation.id, 'unread'))
      await ours.setStatus(two.conversation.id, 'resolved')
      const list = async (filter: Partial<ConversationFilter>) =>
        new Set((await ours.listConversations({ ...everything, ...filter })).conversations.map(({ id }) => id))
      expect(await list({ unreadOnly: true })).toEqual(new Set([one.conversation.id]))
      expect(await list({ status: 'resolved' })).toEqual(new Set([two.conversation.id]))
      expect(await list({ status: 'open' })).toEqual(new Set([one.conversation.id, three.conversation.id]))
    })

    it('[STO12] shows the start of the newest message as preview, never half a character', async () => {
      const { conversation } = await openFor(ours, 'v')
      const content = `${'x'.repeat(limits.previewLength - 1)}\u{1F600} and more`
      const result = await ours.appendMessage(text(conversation.id, content))
      expect(result).toMatchObject({ conversation: { preview: 'x'.repeat(limits.previewLength - 1) } })
      const short = await ours.appendMessage(text(conversation.id, 'short'))
      expect(short).toMatchObject({ conversation: { preview: 'short' } })
    })

    it('[STO13] finds an organisation by id, key and site id, and replaces it as a whole', async () => {
      const org = { ...orgLike('a'), enabled: false, allowedOrigins: ['https://a.example'], validFromMs: 7 }
      await store.putOrg(org)
      for (const by of [{ id: org.id }, { key: org.key }, { siteId: org.siteId }])
        expect(await store.findOrg(by)).toEqual(org)
      expect(await store.findOrg({ key: org.siteId })).toBeUndefined()
    })

    it('[STO22] allows each of several origins that come at once, once, up to the most', async () => {
      const origins = ['https://b.example', 'https://c.example', 'https://b.example', 'https://d.example']
      const results = await Promise.all(origins.map((origin) => ours.allowOrigin(origin, 2)))
      expect(results.map(({ kind }) => kind)).toEqual(['written', 'written', 'written', 'too-many'])
      const { id } = orgLike('a')
      expect((await store.findOrg({ id }))?.allowedOrigins).toEqual(['https://b.example', 'https://c.example'])
      expect((await store.findOrg({ id: orgLike('b').id }))?.allowedOrigins).toEqual([])
      expect((await ours.allowOrigin('https://c.example', 2)).kind).toBe('written')
    })

    it('[CV62] takes back an origin that was allowed, and no other; of an organisation that is not there it has none', async () => {
      const [a, b] = ['https://a.example', 'https://b.example']
      for (const origin of [a, b]) await ours.allowOrigin(origin, 5)
      expect(await ours.disallowOrigin(a)).toEqual({ kind: 'written' })
      expect(await ours.disallowOrigin(a)).toEqual({ kind: 'no-origin' })
      expect((await store.findOrg({ id: orgLike('a').id }))?.allowedOrigins).toEqual([b])
      const gone = orgLike('gone').id
      expect(await store.ofOrg(gone).disallowOrigin(b)).toEqual({ kind: 'no-origin' })
      await store.ofOrg(gone).allowOrigin(b, 5)
      expect(await store.findOrg({ id: gone })).toBeUndefined()
    })

    it('[CV63] finds the rows of an organisation however many others were asked for since', async () => {
      const { conversation } = await openFor(ours, 'v')
      const known = store.ofOrg(orgLike('a').id)
      expect(known).toBe(ours)
      for (let index = 0; index < 1_000; index += 1) store.ofOrg(orgLike(String(index)).id)
      const again = store.ofOrg(orgLike('a').id)
      expect(again).not.toBe(known)
      expect(await again.findConversation(conversation.id)).toEqual(conversation)
    })

    it('[OH7] changes the settings that are named, of several changes at once every one, and keeps what else is known of the organisation', async () => {
      await ours.allowOrigin('https://b.example', 2)
      const theme = { primaryColor: '#000000' }
      const results = await Promise.all([
        ours.changeSettings({ name: 'Hearth' }),
        ours.changeSettings({ theme, language: 'auto' }),
        ours.changeSettings({ branding: false }),
      ])
      expect(results.map(({ kind }) => kind)).toEqual(['set', 'set', 'set'])
      const before = orgLike('a')
      const after = await store.findOrg({ id: before.id })
      expect(after).toEqual({
        ...{ ...before, name: 'Hearth', allowedOrigins: ['https://b.example'] },
        config: { ...before.config, theme, language: 'auto', branding: false },
      })
      expect((await store.standingOf(before.id, undefined)).org).toEqual(after)
      expect((await store.ofOrg('org_none' as OrgId).changeSettings({ branding: false })).kind).toBe('no-org')
    })

    it('[OH8] fills in what the settings of an older version lack', async () => {
      const { widgetEnabled, writeEnabled, aiEnabled, theme, branding } = defaultWidgetConfig
      const older = { widgetEnabled, writeEnabled, aiEnabled, language: 'de', theme, branding }
      await store.putOrg({ ...orgLike('a'), config: older as Org['config'] })
      expect((await store.findOrg({ id: orgLike('a').id }))?.config).toEqual({ ...defaultWidgetConfig, language: 'de' })
    })

    it('[STO14] remembers the 50 origins that were refused last', async () => {
      for (let index = 0; index < 55; index += 1)
        await ours.rememberRefusedOrigin(`https://o${String(index)}.example`, startMs + index)
      await ours.rememberRefusedOrigin('https://o10.example', startMs + 100)
      const remembered = await ours.listRefusedOrigins()
      expect(remembered).toHaveLength(50)
      expect(remembered[0]).toEqual({
        origin: 'https://o10.example',
        lastSeenAt: new Date(startMs + 100).toISOString(),
      })
      expect(remembered.map(({ origin }) => origin)).not.toContain('https://o4.example')
    })

    it("[STO15] knows from when on a visitor's tokens count, also of one that never wrote", async () => {
      expect(await ours.visitorValidFromMs(visitor('v').visitorId)).toBe(0)
      await ours.signOutVisitor(visitor('v').visitorId, startMs)
      expect(await ours.readVisitor(visitor('v').visitorId)).toEqual({ validFromMs: startMs, unread: 0 })
      await openFor(ours, 'v')
      expect(await ours.visitorValidFromMs(visitor('v').visitorId)).toBe(startMs)
    })

    it('[STO16] answers a foreign visitor as if the conversation did not exist', async () => {
      const { conversation } = await openFor(ours, 'v')
      const message = text(conversation.id, 'hello', { visitorId: visitor('w').visitorId })
      expect(await ours.appendMessage(message)).toEqual({ kind: 'no-conversation' })
      expect(await ours.appendMessage({ ...message, visitorId: visitor('v').visitorId })).toMatchObject({
        kind: 'stored',
      })
    })

    it('[STO18] keeps everything that was answered when the process ends without closing', async () => {
      const { conversation } = await openFor(ours, 'v')
      const results = await Promise.all(
        Array.from({ length: 50 }, (_, index) => ours.appendMessage(text(conversation.id, String(index)))),
      )
      await place.abandon()
      const reopened = (await place.open()).ofOrg(orgLike('a').id)
      expect(await readAll(reopened, conversation.id)).toEqual(
        results.map((result) => (result.kind === 'stored' ? result.message : result.kind)),
      )
    })

    it('[STO19] commits every accepted write before it is closed, and answers later ones as unavailable', async () => {
      const { conversation } = await openFor(ours, 'v')
      const accepted = Promise.all(
        Array.from({ length: 1_500 }, (_, index) => ours.appendMessage(text(conversation.id, String(index)))),
      )
      await store.close()
      expect((await accepted).filter(({ kind }) => kind === 'stored')).toHaveLength(1_500)
      expect(await ours.appendMessage(text(conversation.id, 'late'))).toEqual({
        kind: 'unavailable',
        reason: 'closing',
      })
    })

    it('[STO20] is ready while it works, and not after it is closed', async () => {
      expect(await store.isReady()).toBe(true)
      await store.close()
      expect(await store.isReady()).toBe(false)
    })

    describeVisitors(() => ours)
    describeDesk(() => ours)
    describeErasure(() => ({ ours, theirs }))
    describeIsolation(() => ({ ours, theirs }))
  })
}
