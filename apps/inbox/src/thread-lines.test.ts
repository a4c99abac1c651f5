import type { TimelineItem } from '@helvino/client'
import type { MessageRole, Note, Sequence } from '@helvino/protocol'
import { describe, expect, it } from 'vitest'
import { threadLines } from './thread-lines.ts'

const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute)).toISOString()

const said = (sequence: number, role: MessageRole, timestamp = at(sequence), authorId?: string) =>
  ({ kind: 'confirmed', key: `m${String(sequence)}`, message: { sequence, role, timestamp, authorId } }) as TimelineItem

const pending = { kind: 'pending', key: 'p', entry: {} } as TimelineItem

const noted = (id: string, afterSequence: number) =>
  ({ id, afterSequence, timestamp: at(afterSequence) }) as unknown as Note

const lines = (items: readonly TimelineItem[], notes: readonly Note[] = [], read = 0) =>
  threadLines(items, notes, read as Sequence, (timestamp) => timestamp.slice(0, 10))

const keys = (...terms: Parameters<typeof lines>) => lines(...terms).map(({ key }) => key)

describe('threadLines', () => {
  it('[DI14] puts notes behind the message that was the newest then, and before what is on its way', () => {
    const items = [said(1, 'user'), said(2, 'agent'), pending]
    const notes = [noted('a', 0), noted('b', 1), noted('c', 2), noted('d', 2)]
    expect(keys(items, notes)).toEqual(['day-note-a', 'note-a', 'm1', 'note-b', 'm2', 'note-c', 'note-d', 'p'])
    expect(keys([], [noted('a', 0)])).toEqual(['day-note-a', 'note-a'])
    expect(keys([pending], [noted('a', 0)])).toEqual(['day-note-a', 'note-a', 'p'])
  })

  it('[DI15] leaves out notes whose place is before the first message that is here', () => {
    expect(keys([said(5, 'user')], [noted('a', 3), noted('b', 4), noted('c', 5)])).toEqual([
      'day-note-b',
      'note-b',
      'm5',
      'note-c',
    ])
  })

  it('[DI16] marks the newest message of the team that the visitor has read, and no other', () => {
    const items = [said(1, 'agent'), said(2, 'agent'), said(3, 'user'), said(4, 'agent')]
    const seen = (read: number) =>
      lines(items, [], read).flatMap((line) => (line.kind === 'message' && line.isSeen ? [line.key] : []))
    expect(seen(0)).toEqual([])
    expect(seen(3)).toEqual(['m2'])
    expect(seen(4)).toEqual(['m4'])
  })

  it('[DI17] joins messages of one person that follow each other within five minutes, and sets days apart', () => {
    const items = [said(1, 'user'), said(2, 'user'), said(3, 'agent'), said(4, 'agent', '2026-03-02T12:00:00.000Z')]
    const shown = lines(items)
    expect(shown.map(({ key }) => key)).toEqual(['day-m1', 'm1', 'm2', 'm3', 'day-m4', 'm4'])
    expect(shown.flatMap((line) => (line.kind === 'message' && line.isJoined ? [line.key] : []))).toEqual(['m1'])
    const parted = lines(items, [noted('a', 1)])
    expect(parted.flatMap((line) => (line.kind === 'message' && line.isJoined ? [line.key] : []))).toEqual([])
  })

  it('[IX2] joins no messages of two colleagues', () => {
    const items = ['ada', 'bob', 'bob', undefined].map((author, index) => said(index, 'agent', at(index), author))
    expect(lines(items).flatMap((line) => (line.kind === 'message' && line.isJoined ? [line.key] : []))).toEqual(['m1'])
  })
})
