import type { ChatClient, TimelineItem } from '@helvino/client'
import type { Note, Sequence } from '@helvino/protocol'
import { NoteRow } from './NoteRow.tsx'
import { threadLines } from './thread-lines.ts'
import { TimelineRow } from './TimelineRow.tsx'
import { formatDay } from './when.ts'
import { words } from './words/en.ts'

interface TimelineProps {
  readonly items: readonly TimelineItem[]
  readonly notes: readonly Note[]
  readonly visitorReadSequence: Sequence
  /** What the visitor is called beside what they wrote. */
  readonly visitor: string
  readonly chat: ChatClient
  readonly nowMs: number
}

export function Timeline({ items, notes, visitorReadSequence, visitor, chat, nowMs }: TimelineProps) {
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
              return <NoteRow key={line.key} note={line.note} nowMs={nowMs} />
            case 'message':
              return (
                <TimelineRow
                  key={line.key}
                  item={line.item}
                  isJoined={line.isJoined}
                  isSeen={line.isSeen}
                  visitor={visitor}
                  chat={chat}
                  nowMs={nowMs}
                />
              )
          }
        })}
      </ol>
    </div>
  )
}
