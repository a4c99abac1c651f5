import { type ConversationId, limits } from '@helvino/protocol'
import { expect, it } from 'vitest'
import type { OrgRepository } from '../src/store/contract.ts'
import { erasureLimits } from '../src/store/erasure-contract.ts'
import { at, everything, key, newest, noteLike, openFor, startMs, text, visitor } from './suite-data.ts'

interface Repositories {
  readonly ours: OrgRepository
  readonly theirs: OrgRepository
}

const many = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`)

async function say(repository: OrgRepository, id: ConversationId, contents: readonly string[], nowMs = startMs) {
  for (let from = 0; from < contents.length; from += limits.batchMessages)
    await repository.appendMessages(
      contents.slice(from, from + limits.batchMessages).map((content) => text(id, content, { nowMs })),
    )
}

/** Somebody of whom everything is kept that can be. */
async function fillVisitor(repository: OrgRepository, name: string) {
  const first = (await openFor(repository, name)).conversation.id
  await say(repository, first, ['one', 'two'])
  await repository.setStatus(first, 'resolved')
  const second = (await openFor(repository, name, 'k')).conversation.id
  await say(repository, second, ['three'])
  await repository.addNote(noteLike(second))
  await repository.setAssignee(second, 'u1')
  await repository.putProfile({ visitorId: visitor(name).visitorId, browser: null, name: 'Ann', nowMs: startMs })
  return [first, second] as const
}

async function eraseAll(repository: OrgRepository) {
  const steps = []
  for (;;) {
    const erased = await repository.eraseSome()
    if (erased.kind !== 'erased') throw new Error(erased.reason)
    steps.push(erased)
    if (!erased.hasMore) return steps
  }
}

async function seen(repository: OrgRepository, name: string, ids: readonly ConversationId[]) {
  const { visitorId } = visitor(name)
  return {
    listed: await repository.listConversations(everything),
    ofVisitor: await repository.listVisitorConversations(visitorId),
    profile: await repository.findProfile(visitorId),
    messages: await Promise.all(ids.map((id) => repository.listMessages(id, newest))),
    notes: await Promise.all(ids.map((id) => repository.listNotes(id))),
    counts: await repository.countConversations('u1'),
  }
}

function describeVisitor(repositories: () => Repositories): void {
  it('[DP1] removes everything of a visitor and nothing of anybody else', async () => {
    const { ours, theirs } = repositories()
    const foreign = await fillVisitor(theirs, 'v')
    const before = await seen(theirs, 'v', foreign)
    const ids = await fillVisitor(ours, 'v')
    const other = await openFor(ours, 'w')
    await say(ours, other.conversation.id, ['kept'])
    const condemned = await ours.condemnVisitor(visitor('v').visitorId, startMs + 5_000)
    if (condemned.kind !== 'condemned') throw new Error(condemned.kind)
    expect(new Set(condemned.conversationIds)).toEqual(new Set(ids))
    expect(await eraseAll(ours)).toEqual([{ kind: 'erased', messages: 3, conversations: 2, hasMore: false }])
    expect(await seen(ours, 'v', ids)).toEqual({
      listed: { conversations: [await ours.findConversation(other.conversation.id)], nextCursor: undefined },
      ofVisitor: [],
      profile: undefined,
      messages: ids.map(() => ({ messages: [], latestSequence: 0 })),
      notes: [[], []],
      counts: { mine: 0, unassigned: 1, all: 1 },
    })
    for (const id of ids) expect(await ours.findConversation(id)).toBeUndefined()
    expect((await ours.listMessages(other.conversation.id, newest)).messages).toMatchObject([{ content: 'kept' }])
    expect(await seen(theirs, 'v', foreign)).toEqual(before)
  })

  it('[DP2] refuses the tokens of a deleted visitor that are older, and opens a new conversation for who comes back', async () => {
    const { ours } = repositories()
    const { visitorId } = visitor('v')
    const ids = await fillVisitor(ours, 'v')
    await ours.condemnVisitor(visitorId, startMs + 5_000)
    expect(await ours.visitorValidFromMs(visitorId)).toBe(startMs + 5_000)
    // Before its rows are gone, and with the key that made one of them.
    const again = await openFor(ours, 'v', 'k')
    expect(again.created).toBe(true)
    expect(ids).not.toContain(again.conversation.id)
    await eraseAll(ours)
    expect(await ours.listVisitorConversations(visitorId)).toMatchObject([{ id: again.conversation.id }])
    expect(await ours.visitorValidFromMs(visitorId)).toBe(startMs + 5_000)
  })

  it('[DP3] takes nothing of a visitor into what is being deleted, and removes what an agent still writes there', async () => {
    const { ours } = repositories()
    const { visitorId } = visitor('v')
    const { id } = (await openFor(ours, 'v')).conversation
    await say(ours, id, ['one'])
    await ours.condemnVisitor(visitorId, startMs)
    expect(await ours.appendMessage(text(id, 'late', { visitorId }))).toEqual({ kind: 'no-conversation' })
    expect(await ours.appendMessage(text(id, 'answer', { role: 'agent' }))).toMatchObject({ kind: 'stored' })
    expect(await eraseAll(ours)).toEqual([{ kind: 'erased', messages: 2, conversations: 1, hasMore: false }])
    const late = { role: 'agent', clientMessageId: key('k') } as const
    expect(await ours.appendMessage(text(id, 'later', late))).toEqual({ kind: 'no-conversation' })
  })

  it('[DP4] deletes in short steps, each of which leaves the rest to the next', async () => {
    const { ours } = repositories()
    const { id } = (await openFor(ours, 'v')).conversation
    const count = erasureLimits.rows * 2 + 10
    await say(ours, id, many(count))
    await ours.condemnVisitor(visitor('v').visitorId, startMs)
    const steps = await eraseAll(ours)
    expect(steps.map(({ messages }) => messages)).toEqual([erasureLimits.rows, erasureLimits.rows, 10])
    expect(steps.map(({ conversations }) => conversations)).toEqual([0, 0, 1])
  })

  it('[DP5] knows no visitor of whom nothing is kept', async () => {
    const { ours, theirs } = repositories()
    await fillVisitor(theirs, 'v')
    expect(await ours.condemnVisitor(visitor('v').visitorId, startMs)).toEqual({ kind: 'no-visitor' })
    expect(await ours.visitorValidFromMs(visitor('v').visitorId)).toBe(0)
    expect(await ours.eraseSome()).toEqual({ kind: 'erased', messages: 0, conversations: 0, hasMore: false })
  })
}

function describeRetention(repositories: () => Repositories): void {
  const day = 86_400_000

  it('[DP6] condemns conversations in which nothing was said for so long, open or resolved, and no other', async () => {
    const { ours } = repositories()
    const open = async (name: string, saidAtMs: number) => {
      const { id } = (await openFor(ours, name)).conversation
      await say(ours, id, ['hello'], saidAtMs)
      return id
    }
    const [old, resolved, young] = [await open('a', startMs), await open('b', startMs), await open('c', startMs + day)]
    await ours.setStatus(resolved, 'resolved')
    const condemned = await ours.condemnInactive(startMs + day)
    expect(condemned).toEqual({ kind: 'condemned', conversationIds: [old, resolved].toSorted() })
    await eraseAll(ours)
    expect(await ours.condemnInactive(startMs + day)).toEqual({ kind: 'condemned', conversationIds: [] })
    expect((await ours.listConversations(everything)).conversations.map(({ id }) => id)).toEqual([young])
    expect((await ours.listMessages(young, newest)).latestSequence).toBe(at(1))
  })

  it('[DP7] forgets who a visitor was with their last conversation, unless they were seen since', async () => {
    const { ours } = repositories()
    const put = (name: string, nowMs: number) =>
      ours.putProfile({ visitorId: visitor(name).visitorId, browser: null, name, nowMs })
    for (const name of ['gone', 'here']) await openFor(ours, name)
    await put('gone', startMs)
    await put('here', startMs + day)
    await ours.condemnInactive(startMs + day)
    expect(await ours.findProfile(visitor('gone').visitorId)).toBeUndefined()
    expect(await ours.findProfile(visitor('here').visitorId)).toMatchObject({ name: 'here' })
    expect((await openFor(ours, 'gone')).created).toBe(true)
  })
}

/** How every store deletes for good. */
export function describeErasure(repositories: () => Repositories): void {
  describeVisitor(repositories)
  describeRetention(repositories)
}
