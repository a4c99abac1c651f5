import { type ConversationId, limits } from '@helvino/protocol'
import { expect, it } from 'vitest'
import type { ConversationFilter, OrgRepository } from '../src/store/contract.ts'
import { at, everything, key, newest, noteLike, openFor, startMs, text, visitor } from './suite-data.ts'

async function list(repository: OrgRepository, filter: Partial<ConversationFilter>) {
  const { conversations } = await repository.listConversations({ ...everything, ...filter })
  return conversations.map(({ id }) => id)
}

const open = async (repository: OrgRepository, name: string, ...contents: string[]) => {
  const { id } = (await openFor(repository, name)).conversation
  for (const content of contents) await repository.appendMessage(text(id, content))
  return id
}

const many = (count: number) => Array.from({ length: count }, (_, index) => String(index).padStart(4, '0'))

function describeAssignment(repository: () => OrgRepository): void {
  it('[DK1] gives a conversation to an agent, tells a change from none, and keeps it through messages', async () => {
    const ours = repository()
    const id = await open(ours, 'v')
    const kinds = []
    for (const assignee of ['u1', 'u1', 'u2', null, 'u2']) kinds.push((await ours.setAssignee(id, assignee)).kind)
    expect(kinds).toEqual(['changed', 'unchanged', 'changed', 'changed', 'changed'])
    const stored = await ours.appendMessage(text(id, 'hello'))
    expect(stored).toMatchObject({ conversation: { assigneeId: 'u2' } })
    const batch = await ours.appendMessages([text(id, 'one'), text(id, 'two')])
    expect(batch).toMatchObject([{ conversation: { assigneeId: 'u2' } }, { conversation: { assigneeId: 'u2' } }])
    expect(await ours.findConversation(id)).toMatchObject({ assigneeId: 'u2', latestSequence: 3 })
    expect(await ours.setAssignee('nowhere' as ConversationId, 'u1')).toEqual({ kind: 'no-conversation' })
  })

  it('[DK2] lists what is an agent’s task, and what is nobody’s, by status', async () => {
    const ours = repository()
    const [mine, done, theirs, free] = [
      ...[await open(ours, 'v1'), await open(ours, 'v2'), await open(ours, 'v3'), await open(ours, 'v4')],
    ] as const
    await ours.setAssignee(mine, 'u1')
    await ours.setAssignee(done, 'u1')
    await ours.setStatus(done, 'resolved')
    await ours.setAssignee(theirs, 'u2')
    expect(new Set(await list(ours, { assigneeId: 'u1' }))).toEqual(new Set([mine, done]))
    expect(await list(ours, { assigneeId: 'u1', status: 'open' })).toEqual([mine])
    expect(await list(ours, { assigneeId: null })).toEqual([free])
    expect(new Set(await list(ours, { status: 'open' }))).toEqual(new Set([mine, theirs, free]))
    expect(await ours.countConversations('u1')).toEqual({ mine: 1, unassigned: 1, all: 3 })
  })

  it('[DK3] makes nobody’s what was the task of somebody who leaves, and answers what is open of it', async () => {
    const ours = repository()
    const [openOne, done, other] = [await open(ours, 'v1'), await open(ours, 'v2'), await open(ours, 'v3')]
    for (const id of [openOne, done]) await ours.setAssignee(id, 'u1')
    await ours.setAssignee(other, 'u2')
    await ours.setStatus(done, 'resolved')
    expect(await ours.releaseAssignee('u1')).toMatchObject({
      kind: 'released',
      conversations: [{ id: openOne, assigneeId: null }],
    })
    expect(await list(ours, { assigneeId: 'u1' })).toEqual([])
    expect(await list(ours, { assigneeId: 'u2' })).toEqual([other])
  })
}

function describeSearch(repository: () => OrgRepository): void {
  it('[DK4] finds a text in whatever case, in any script, and takes no character for a wildcard', async () => {
    const ours = repository()
    const id = await open(ours, 'v1', 'Grüße aus KÖLN', 'ПРИВЕТ 100%_*? [x] \\ done')
    await open(ours, 'v2', 'something else')
    const hits = ['grüße aus', 'köln', 'привет', '100%_*?', '[X] \\', 'Ko\u0308ln']
    const misses = ['1%0', '_00', 'g*aus', '[xy]', 'nothing']
    for (const query of hits) expect([query, await list(ours, { query })]).toEqual([query, [id]])
    for (const query of misses) expect([query, await list(ours, { query })]).toEqual([query, []])
    expect(await list(ours, { query: visitor('v1').visitorId.toUpperCase() })).toEqual([id])
  })

  it('[DK5] searches within the filter, the newest messages of each conversation, and pages what it finds', async () => {
    const ours = repository()
    const ids = await Promise.all(many(45).map((name) => open(ours, name, 'needle')))
    await ours.setAssignee(ids[3] as ConversationId, 'u1')
    expect(await list(ours, { query: 'needle', assigneeId: 'u1' })).toEqual([ids[3]])
    const seen: ConversationId[] = []
    let cursor: string | undefined
    do {
      const page = await ours.listConversations({ ...everything, query: 'NEEDLE', cursor, limit: 10 })
      expect(page.conversations.length).toBeLessThanOrEqual(10)
      seen.push(...page.conversations.map(({ id }) => id))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect([seen.length, new Set(seen)]).toEqual([45, new Set(ids)])
    const long = await open(ours, 'long', 'ancient')
    await ours.appendMessages(many(limits.searchedMessages - 1).map((content) => text(long, content)))
    expect(await list(ours, { query: 'ancient' })).toEqual([long])
    await ours.appendMessage(text(long, 'one more'))
    expect(await list(ours, { query: 'ancient' })).toEqual([])
  })

  it(
    '[DK6] ends a count and a search at their limits, and goes on with the search from there',
    { timeout: 60_000 },
    async () => {
      const ours = repository()
      const oldest = await open(ours, 'oldest', 'needle')
      const opened = await Promise.all(
        many(limits.searchedConversations).map((name) =>
          ours.openConversation({ ...visitor(name), idempotencyKey: undefined, nowMs: startMs + 1 }),
        ),
      )
      expect(opened.every(({ kind }) => kind === 'opened')).toBe(true)
      const most = limits.countedConversations
      expect(await ours.countConversations('u1')).toEqual({ mine: 0, unassigned: most, all: most })
      const first = await ours.listConversations({ ...everything, query: 'needle' })
      expect([first.conversations, typeof first.nextCursor]).toEqual([[], 'string'])
      const second = await ours.listConversations({ ...everything, query: 'needle', cursor: first.nextCursor })
      expect([second.conversations.map(({ id }) => id), second.nextCursor]).toEqual([[oldest], undefined])
    },
  )
}

function describeNotes(repository: () => OrgRepository): void {
  it('[DK7] keeps a note once, in its place, and moves no sequence', async () => {
    const ours = repository()
    const id = await open(ours, 'v', 'one', 'two')
    const before = await ours.findConversation(id)
    const [first, twin] = await Promise.all([ours.addNote(noteLike(id)), ours.addNote(noteLike(id))])
    if (first.kind !== 'stored') throw new Error(first.kind)
    expect(twin).toEqual({ ...first, kind: 'replayed' })
    expect(first.note).toMatchObject({ authorId: 'u1', authorName: 'Ada', content: 'a note', afterSequence: 2 })
    expect(await ours.addNote(noteLike(id, { content: 'another' }))).toEqual({ kind: 'mismatch' })
    expect(await ours.addNote(noteLike(id, { authorId: 'u2' }))).toEqual({ kind: 'mismatch' })
    expect(await ours.findConversation(id)).toEqual(before)
    expect(await ours.appendMessage(text(id, 'three'))).toMatchObject({ message: { sequence: at(3) } })
    const later = await ours.addNote(noteLike(id, { clientNoteId: key('n2'), nowMs: startMs - 5 }))
    expect(later).toMatchObject({ kind: 'stored', note: { afterSequence: 3 } })
    expect((await ours.listNotes(id)).map(({ clientNoteId }) => clientNoteId)).toEqual(['n1', 'n2'])
    expect((await ours.listMessages(id, newest)).messages.map(({ content }) => content)).toEqual([
      'one',
      'two',
      'three',
    ])
    expect(await list(ours, { query: 'a note' })).toEqual([])
  })

  it('[DK8] takes so many notes of one conversation, and no more', async () => {
    const ours = repository()
    const id = await open(ours, 'v')
    const notes = many(limits.conversationNotes + 1).map((name) => noteLike(id, { clientNoteId: key(name) }))
    const kinds = (await Promise.all(notes.map((note) => ours.addNote(note)))).map(({ kind }) => kind)
    expect([kinds.slice(0, -1).every((kind) => kind === 'stored'), kinds.at(-1)]).toEqual([true, 'too-many'])
    expect((await ours.addNote(notes[0] ?? noteLike(id))).kind).toBe('replayed')
    expect(await ours.listNotes(id)).toHaveLength(limits.conversationNotes)
  })
}

function describeReplies(repository: () => OrgRepository): void {
  it('[DK9] saves, replaces and deletes replies, whose shortcuts are unique', async () => {
    const ours = repository()
    const put = async (id: string, shortcut: string, content = id) =>
      (await ours.putReply({ id, shortcut, content })).kind
    expect(await Promise.all([put('r1', 'hours'), put('r2', 'hours'), put('r3', 'bye')])).toEqual([
      ...['written', 'shortcut-taken', 'written'],
    ])
    expect(await put('r1', 'hours', 'nine to five')).toBe('written')
    expect(await put('r3', 'hours')).toBe('shortcut-taken')
    expect(await ours.listReplies()).toEqual([
      { id: 'r3', shortcut: 'bye', content: 'r3' },
      { id: 'r1', shortcut: 'hours', content: 'nine to five' },
    ])
    expect([await ours.deleteReply('r1'), await ours.deleteReply('r1')]).toEqual([
      { kind: 'written' },
      { kind: 'no-reply' },
    ])
    expect(await put('r2', 'hours')).toBe('written')
  })

  it('[DK10] takes so many replies, and replaces one when there are that many', async () => {
    const ours = repository()
    const put = (name: string) => ours.putReply({ id: name, shortcut: name, content: name })
    const kinds = (await Promise.all(many(limits.orgReplies + 1).map(put))).map(({ kind }) => kind)
    expect([kinds.slice(0, -1).every((kind) => kind === 'written'), kinds.at(-1)]).toEqual([true, 'too-many'])
    expect((await put('0000')).kind).toBe('written')
  })
}

/** What every store keeps of the agents' work beside the messages. */
export function describeDesk(repository: () => OrgRepository): void {
  describeAssignment(repository)
  describeSearch(repository)
  describeNotes(repository)
  describeReplies(repository)

  it('[IS1] remembers the origins that were seen last, and since when each is', async () => {
    const ours = repository()
    for (const [index, name] of many(limits.seenOrigins + 5).entries())
      await ours.noteSeenOrigin(`https://o${name}.example`, startMs + index)
    await ours.noteSeenOrigin('https://o0010.example', startMs + 100)
    const seen = await ours.listSeenOrigins()
    expect(seen).toHaveLength(limits.seenOrigins)
    expect(seen[0]).toEqual({
      origin: 'https://o0010.example',
      firstSeenAt: new Date(startMs + 10).toISOString(),
      lastSeenAt: new Date(startMs + 100).toISOString(),
    })
    expect(seen.map(({ origin }) => origin)).not.toContain('https://o0004.example')
  })
}
