import type {
  AgentConversation,
  ConversationId,
  ConversationStatus,
  PublicVisitorId,
  Sequence,
} from '@helvino/protocol'
import { describe, expect, it } from 'vitest'
import { initialsOf, isInView, isUnread, learned, listingOf, mostKnown, visitorName, visitorTitle } from './listing.ts'

const conversation = (
  id: string,
  activeAt: string,
  status: ConversationStatus,
  latestSequence: number,
  readSequence: number,
): AgentConversation => ({
  id: id as ConversationId,
  createdAt: '2026-03-01T00:00:00.000Z',
  status,
  latestSequence: latestSequence as Sequence,
  visitorId: 'p_1' as PublicVisitorId,
  visitorName: null,
  visitorEmail: null,
  readSequence: readSequence as Sequence,
  visitorReadSequence: 0 as Sequence,
  preview: '',
  activeAt,
  assigneeId: null,
})

const early = conversation('early', '2026-03-01T08:00:00.000Z', 'open', 3, 3)
const late = conversation('late', '2026-03-01T09:00:00.000Z', 'open', 3, 2)
const done = conversation('done', '2026-03-01T10:00:00.000Z', 'resolved', 1, 1)

describe('listing', () => {
  it('[IN11] puts the most recently active conversation first', () => {
    expect(listingOf([early, done, late], undefined).map(({ id }) => id)).toEqual(['done', 'late', 'early'])
  })

  it('[IN12] holds the conversations of the chosen status only', () => {
    expect(listingOf([early, done, late], 'open').map(({ id }) => id)).toEqual(['late', 'early'])
    expect(listingOf([early, done, late], 'resolved').map(({ id }) => id)).toEqual(['done'])
  })

  it('[IN13] calls a conversation unread while it holds more than an agent has read', () => {
    expect([isUnread(early), isUnread(late)]).toEqual([false, true])
  })

  it('[IN34] names a visitor by four letters and digits of the public id', () => {
    expect(visitorName({ visitorId: 'p_-x_7Qb3w' as PublicVisitorId })).toBe('X7QB')
  })

  it('[DI21] tells whose task a conversation is', () => {
    const nobodys = conversation('c1', '', 'open', 1, 0)
    const adas = { ...nobodys, assigneeId: 'ada' }
    const seen = (view: 'mine' | 'unassigned' | 'all') => [nobodys, adas].map((one) => isInView(one, view, 'ada'))
    expect([seen('mine'), seen('unassigned'), seen('all')]).toEqual([
      [false, true],
      [true, false],
      [true, true],
    ])
    expect(isInView(adas, 'mine', 'bob')).toBe(false)
  })

  it('[DI22] calls a visitor by name, else by address, else by a stand-in', () => {
    const nameless = conversation('c1', '', 'open', 1, 0)
    expect(visitorTitle(nameless)).toBe('Visitor 1')
    expect(visitorTitle({ ...nameless, visitorName: ' ', visitorEmail: 'a@b.example' })).toBe('a@b.example')
    expect(visitorTitle({ ...nameless, visitorName: 'Ingrid', visitorEmail: 'a@b.example' })).toBe('Ingrid')
    expect(['Lars Ødegaard', 'ingrid', 'a.b@c.example', ''].map(initialsOf)).toEqual(['LØ', 'I', 'A', ''])
  })

  it('[DI23] keeps what it has heard of conversations, the newer word counting, within a limit', () => {
    const first = conversation('c1', 'a', 'open', 1, 0)
    const later = { ...first, preview: 'later' }
    const known = learned(new Map(), [first])
    expect(learned(known, [first])).toBe(known)
    expect([...learned(known, [later]).values()]).toEqual([later])
    const since = learned(known, [later])
    expect(learned(since, [first], known)).toBe(since)
    expect([...learned(since, [first], since).values()]).toEqual([first])
    const many = Array.from({ length: mostKnown }, (_, index) => conversation(`d${String(index)}`, 'a', 'open', 1, 0))
    const full = learned(known, many)
    expect(full.size).toBe(mostKnown)
    expect(full.has(first.id)).toBe(false)
  })
})
