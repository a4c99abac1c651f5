import type { ChatClient, TimelineItem } from '@helvino/client'
import type { Note, Sequence } from '@helvino/protocol'
import { authorName, type ThreadPeople } from './author-name.ts'
import { NoteRow } from './NoteRow.tsx'
import { threadLines } from './thread-lines.ts'
import { TimelineRow } from './TimelineRow.tsx'
import { formatDay } from './when.ts'
import { words } from './words/en.ts'

interface TimelineProps {
  readonly items: readonly TimelineItem[]
  readonly notes: readonly Note[]
  readonly visitorReadSequence: Sequence
  readonly people: ThreadPeople
  readonly chat: ChatClient
  readonly nowMs: number
}

/** What is on its way is always the reader's own. */
const authorOf = (item: TimelineItem, people: ThreadPeople): string =>
  item.kind === 'confirmed' ? authorName(item.message, people) : words.thread.you

export function Timeline({ items, notes, visitorReadSequence, people, chat, nowMs }: TimelineProps) {
  const dayOf = (timestamp: string) => formatDay(timestamp, nowMs, words.thread)
  return (
    <div role="log">
      <ol className="timeline">
        {threadLines(items, notes, visitorReadSequence, dayOf).map((line) => {
          switch (line.kind) {
            case 'day':
              return (
                <li key={line.key} className="day">
                  {dayOf(line.timestamp)}
                </li>
              )
            case 'note':
              return <NoteRow key={line.key} note={line.note} />
            case 'message':
              return (
                <TimelineRow
                  key={line.key}
                  item={line.item}
                  isJoined={line.isJoined}
                  isSeen={line.isSeen}
                  author={authorOf(line.item, people)}
                  chat={chat}
                />
              )
          }
        })}
      </ol>
    </div>
  )
}
