import { type ConversationId, visitorLimits } from '@helvino/protocol'
import { expect, it } from 'vitest'
import type { NewMessage, OrgRepository } from '../src/store/contract.ts'
import { at, everything, openFor, profile, startMs, text, visitor } from './suite-data.ts'

/** What is kept of a visitor beside their messages. */
export function describeVisitors(find: () => OrgRepository): void {
  it('[VF1] keeps what is told of a visitor, what is not told stays, and null takes back', async () => {
    const ours = find()
    const page = { url: 'https://shop.example/a', title: 'A' }
    expect(await ours.findProfile(visitor('v').visitorId)).toBeUndefined()
    const first = await ours.putProfile(
      profile('v', { name: 'Ann', email: 'ann@shop.example', page, browser: 'Firefox' }),
    )
    const seenAt = new Date(startMs).toISOString()
    const kept = {
      ...{ visitorId: visitor('v').visitorId, name: 'Ann', email: 'ann@shop.example', language: null },
      ...{ browser: 'Firefox', page, firstSeenAt: seenAt, lastSeenAt: seenAt },
    }
    expect(first).toEqual({ kind: 'kept', profile: kept, isChanged: true, conversation: undefined })
    const laterMs = startMs + visitorLimits.everyMs
    const second = await ours.putProfile(profile('v', { email: null, language: 'de', nowMs: laterMs }))
    const after = { ...kept, email: null, language: 'de', browser: null, lastSeenAt: new Date(laterMs).toISOString() }
    expect(second).toMatchObject({ kind: 'kept', profile: after })
    expect(await ours.findProfile(visitor('v').visitorId)).toEqual(after)
  })

  it('[VF2] keeps a profile at most once in five seconds, and says how long to wait', async () => {
    const ours = find()
    const put = async (afterMs: number, name = 'v') => {
      const result = await ours.putProfile(profile(name, { name: 'Ann', nowMs: startMs + afterMs }))
      if (result.kind === 'too-soon') return result.waitMs
      return result.kind === 'kept' && result.isChanged
    }
    expect(await put(0)).toBe(true)
    expect(await put(1_000)).toBe(4_000)
    expect(await put(4_999)).toBe(1)
    expect(await put(4_999, 'w')).toBe(true)
    expect(await put(5_000)).toBe(false)
    // The wall clock was set back.
    expect(await put(-60_000)).toBe(false)
  })

  it('[VF3] shows the name and the address with each conversation of that visitor, however it is read', async () => {
    const ours = find()
    const { conversation } = await openFor(ours, 'v')
    await openFor(ours, 'w')
    expect(conversation).toMatchObject({ visitorName: null, visitorEmail: null })
    const named = { visitorName: 'Ann', visitorEmail: 'ann@shop.example' }
    const told = { name: 'Ann', email: 'ann@shop.example' }
    const result = await ours.putProfile(profile('v', told))
    expect(result).toMatchObject({ kind: 'kept', conversation: { id: conversation.id, ...named } })
    const again = await ours.putProfile(profile('v', { ...told, browser: 'Firefox', nowMs: startMs + 9_000 }))
    expect(again).toMatchObject({ kind: 'kept', isChanged: true, conversation: undefined })
    const { id } = conversation
    const shown = [
      await ours.findConversation(id),
      (await ours.listVisitorConversations(visitor('v').visitorId))[0],
      (await ours.listConversations(everything)).conversations.find((each) => each.id === id),
      (await openFor(ours, 'v')).conversation,
    ]
    for (const each of shown) expect(each).toMatchObject(named)
    const changes = [
      await ours.appendMessage(text(id, 'hello')),
      ...[await ours.appendMessages([text(id, 'more')])].flat(),
      await ours.markRead(id, at(1)),
      await ours.markVisitorRead(id, visitor('v').visitorId, at(1)),
      await ours.setStatus(id, 'resolved'),
      await ours.putProfile(profile('v', { name: 'Ann', nowMs: startMs + 19_000 })),
      await openFor(ours, 'v'),
    ]
    for (const change of changes)
      if ('conversation' in change && change.conversation) expect(change.conversation).toMatchObject(named)
    const others = (await ours.listConversations(everything)).conversations.filter(
      (each) => each.visitorId !== visitor('v').visitorId,
    )
    expect(others).toMatchObject([{ visitorName: null, visitorEmail: null }])
  })

  it("[VF4] lists the newest of a visitor's conversations, as many as are asked for", async () => {
    const ours = find()
    const ids: ConversationId[] = []
    for (let index = 0; index < 4; index += 1) {
      const nowMs = startMs + index
      const opened = await ours.openConversation({ ...visitor('v'), idempotencyKey: `k${String(index)}`, nowMs })
      if (opened.kind !== 'opened') throw new Error(opened.kind)
      ids.unshift(opened.conversation.id)
      await ours.setStatus(opened.conversation.id, 'resolved')
    }
    const idsOf = async (most?: number) =>
      (await ours.listVisitorConversations(visitor('v').visitorId, most)).map(({ id }) => id)
    expect(await idsOf(2)).toEqual(ids.slice(0, 2))
    expect(await idsOf()).toEqual(ids)
  })

  it("[RS8] moves the visitor's marker forwards only, never past the latest message, and never in a foreign conversation", async () => {
    const ours = find()
    const { conversation } = await openFor(ours, 'v')
    for (const content of ['1', '2', '3']) await ours.appendMessage(text(conversation.id, content, { role: 'agent' }))
    const mark = async (sequence: number, name = 'v') => {
      const result = await ours.markVisitorRead(conversation.id, visitor(name).visitorId, at(sequence))
      return [result.kind, 'conversation' in result && result.conversation.visitorReadSequence]
    }
    expect(await mark(2, 'w')).toEqual(['no-conversation', false])
    expect(await mark(2)).toEqual(['changed', 2])
    expect(await mark(1)).toEqual(['unchanged', 2])
    expect(await mark(99)).toEqual(['changed', 3])
    // It is a marker of its own, and stays through what comes next.
    await ours.appendMessage(text(conversation.id, '4', { role: 'agent' }))
    expect(await ours.findConversation(conversation.id)).toMatchObject({ visitorReadSequence: 3, readSequence: 4 })
  })

  it("[RS9] counts the agents' messages after the visitor's marker in the open conversation, up to 99", async () => {
    const ours = find()
    const unread = async () => (await ours.readVisitor(visitor('v').visitorId)).unread
    expect(await unread()).toBe(0)
    const { conversation } = await openFor(ours, 'v')
    expect(await unread()).toBe(0)
    const say = (role: NewMessage['role'], times: number) =>
      ours.appendMessages(Array.from({ length: times }, () => text(conversation.id, 'x', { role })))
    await say('user', 2)
    await say('agent', 2)
    await say('user', 1)
    await say('agent', 1)
    expect(await unread()).toBe(3)
    await ours.markVisitorRead(conversation.id, visitor('v').visitorId, at(4))
    expect(await unread()).toBe(1)
    await say('agent', visitorLimits.unread)
    expect(await unread()).toBe(visitorLimits.unread)
    await ours.markVisitorRead(conversation.id, visitor('v').visitorId, at(9_999))
    expect(await unread()).toBe(0)
    await say('agent', 1)
    await ours.setStatus(conversation.id, 'resolved')
    expect(await unread()).toBe(0)
    expect(await ours.readVisitor(visitor('w').visitorId)).toEqual({ validFromMs: 0, unread: 0 })
  })
}
