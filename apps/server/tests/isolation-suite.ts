import { type ConversationId } from '@helvino/protocol'
import { expect, it } from 'vitest'
import type { OrgRepository } from '../src/store/contract.ts'
import { at, everything, key, newest, noteLike, openFor, profile, startMs, text, visitor } from './suite-data.ts'

interface IsolationCase {
  /** What `theirs` would show, or change, if the method looked beyond its own org. */
  readonly run: (repository: OrgRepository, id: ConversationId) => Promise<unknown>
  readonly nothing: unknown
}

// Typed by the repository itself: a method without a row does not compile.
const isolationCases: Record<keyof OrgRepository, IsolationCase> = {
  openConversation: {
    run: async (repository) => {
      const result = await repository.openConversation({ ...visitor('v'), idempotencyKey: 'k', nowMs: startMs })
      return result.kind === 'opened' && result.created
    },
    nothing: true,
  },
  findConversation: { run: (repository, id) => repository.findConversation(id), nothing: undefined },
  listVisitorConversations: {
    run: (repository) => repository.listVisitorConversations(visitor('v').visitorId),
    nothing: [],
  },
  listConversations: {
    run: (repository) => repository.listConversations(everything),
    nothing: { conversations: [], nextCursor: undefined },
  },
  appendMessage: {
    run: (repository, id) => repository.appendMessage(text(id, 'foreign')),
    nothing: { kind: 'no-conversation' },
  },
  appendMessages: {
    run: (repository, id) => repository.appendMessages([text(id, 'foreign'), text(id, 'more')]),
    nothing: [{ kind: 'no-conversation' }, { kind: 'no-conversation' }],
  },
  listMessages: {
    run: (repository, id) => repository.listMessages(id, newest),
    nothing: { messages: [], latestSequence: 0 },
  },
  setStatus: { run: (repository, id) => repository.setStatus(id, 'resolved'), nothing: { kind: 'no-conversation' } },
  markVisitorRead: {
    run: (repository, id) => repository.markVisitorRead(id, visitor('v').visitorId, at(1)),
    nothing: { kind: 'no-conversation' },
  },
  readVisitor: {
    run: (repository) => repository.readVisitor(visitor('v').visitorId),
    nothing: { validFromMs: 0, unread: 0 },
  },
  putProfile: {
    run: async (repository) => {
      const result = await repository.putProfile(profile('v', { name: 'Theirs' }))
      return result.kind === 'kept' && [result.isChanged, result.conversation]
    },
    nothing: [true, undefined],
  },
  findProfile: { run: (repository) => repository.findProfile(visitor('v').visitorId), nothing: undefined },
  markRead: { run: (repository, id) => repository.markRead(id, at(1)), nothing: { kind: 'no-conversation' } },
  visitorValidFromMs: { run: (repository) => repository.visitorValidFromMs(visitor('v').visitorId), nothing: 0 },
  signOutVisitor: {
    run: (repository) => repository.signOutVisitor(visitor('v').visitorId, startMs + 9),
    nothing: { kind: 'written' },
  },
  signOutVisitors: {
    run: (repository) => repository.signOutVisitors(startMs + 9),
    nothing: { kind: 'written' },
  },
  allowOrigin: {
    run: (repository) => repository.allowOrigin('https://theirs.example', 9),
    nothing: { kind: 'written' },
  },
  changeSettings: {
    run: async (repository) => (await repository.changeSettings({ name: 'Theirs', branding: false })).kind,
    nothing: 'set',
  },
  rememberRefusedOrigin: {
    run: (repository) => repository.rememberRefusedOrigin('https://theirs.example', startMs + 9),
    nothing: { kind: 'written' },
  },
  listRefusedOrigins: { run: (repository) => repository.listRefusedOrigins(), nothing: [] },
  setAssignee: { run: (repository, id) => repository.setAssignee(id, 'u2'), nothing: { kind: 'no-conversation' } },
  releaseAssignee: {
    run: (repository) => repository.releaseAssignee('u1'),
    nothing: { kind: 'released', conversations: [] },
  },
  countConversations: {
    run: (repository) => repository.countConversations('u1'),
    nothing: { mine: 0, unassigned: 0, all: 0 },
  },
  addNote: { run: (repository, id) => repository.addNote(noteLike(id)), nothing: { kind: 'no-conversation' } },
  listNotes: { run: (repository, id) => repository.listNotes(id), nothing: [] },
  listReplies: { run: (repository) => repository.listReplies(), nothing: [] },
  putReply: {
    run: (repository) => repository.putReply({ id: 'r1', shortcut: 'hi', content: 'theirs' }),
    nothing: { kind: 'written' },
  },
  deleteReply: { run: (repository) => repository.deleteReply('r1'), nothing: { kind: 'no-reply' } },
  noteSeenOrigin: {
    run: (repository) => repository.noteSeenOrigin('https://theirs.example', startMs + 9),
    nothing: { kind: 'written' },
  },
  listSeenOrigins: { run: (repository) => repository.listSeenOrigins(), nothing: [] },
  disallowOrigin: {
    run: (repository) => repository.disallowOrigin('https://ours.example'),
    nothing: { kind: 'no-origin' },
  },
  condemnVisitor: {
    run: (repository) => repository.condemnVisitor(visitor('v').visitorId, startMs + 9),
    nothing: { kind: 'no-visitor' },
  },
  condemnInactive: {
    run: (repository) => repository.condemnInactive(startMs + 86_400_000),
    nothing: { kind: 'condemned', conversationIds: [] },
  },
  eraseSome: {
    run: (repository) => repository.eraseSome(),
    nothing: { kind: 'erased', messages: 0, conversations: 0, hasMore: false },
  },
}

async function snapshot(repository: OrgRepository, id: ConversationId) {
  return {
    conversations: await repository.listConversations(everything),
    ofVisitor: await repository.listVisitorConversations(visitor('v').visitorId),
    messages: await repository.listMessages(id, newest),
    profile: await repository.findProfile(visitor('v').visitorId),
    atBoot: await repository.readVisitor(visitor('v').visitorId),
    refused: await repository.listRefusedOrigins(),
    validFromMs: await repository.visitorValidFromMs(visitor('v').visitorId),
    counts: await repository.countConversations('u1'),
    notes: await repository.listNotes(id),
    replies: await repository.listReplies(),
    seen: await repository.listSeenOrigins(),
  }
}

/** Nothing that a repository does reaches over to another organisation. */
export function describeIsolation(parts: () => { readonly ours: OrgRepository; readonly theirs: OrgRepository }): void {
  it.each(Object.entries(isolationCases))(
    '[STO17] shows and changes nothing of another organisation through %s',
    async (_name, { run, nothing }) => {
      const { ours, theirs } = parts()
      const { conversation } = await openFor(ours, 'v', 'k')
      await ours.appendMessage(text(conversation.id, 'secret', { clientMessageId: key('k') }))
      await ours.appendMessage(text(conversation.id, 'unread', { role: 'agent' }))
      await ours.putProfile(profile('v', { name: 'Ann' }))
      await ours.signOutVisitor(visitor('v').visitorId, startMs)
      await ours.rememberRefusedOrigin('https://ours.example', startMs)
      await ours.setAssignee(conversation.id, 'u1')
      await ours.addNote(noteLike(conversation.id, { content: 'ours' }))
      await ours.putReply({ id: 'r1', shortcut: 'hi', content: 'ours' })
      await ours.noteSeenOrigin('https://ours.example', startMs)
      const before = await snapshot(ours, conversation.id)
      expect(await run(theirs, conversation.id)).toEqual(nothing)
      expect(await snapshot(ours, conversation.id)).toEqual(before)
    },
  )
}
