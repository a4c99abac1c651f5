import type { Note } from '@helvino/protocol'
import { memo } from 'react'
import { Icon } from './Icon.tsx'
import { Said } from './Said.tsx'
import { formatFull, formatTime } from './when.ts'
import { words } from './words/en.ts'

/** A private note in its place among the messages: nothing of it looks like one. */
export const NoteRow = memo(function NoteRow({ note }: { readonly note: Note }) {
  const { authorName, content, timestamp } = note
  return (
    <li className="private-note">
      <div className="private-head">
        <Icon name="note" size={14} />
        <span>{words.note.by(authorName)}</span>
        <time dateTime={timestamp} title={formatFull(timestamp)}>
          {formatTime(timestamp)}
        </time>
      </div>
      <div className="private-text">
        <Said text={content} />
      </div>
    </li>
  )
})
