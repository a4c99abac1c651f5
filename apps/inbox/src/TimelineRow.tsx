import type { ChatClient, OutboxEntry, TimelineItem } from '@helvino/client'
import type { MessageRole } from '@helvino/protocol'
import { Button, CopyButton } from '@mantine/core'
import { memo } from 'react'
import { Icon } from './Icon.tsx'
import { Said } from './Said.tsx'
import { formatFull, formatTime } from './when.ts'
import { words } from './words/en.ts'

interface TimelineRowProps {
  readonly item: TimelineItem
  /** The next one goes on in the same breath, and says for both who wrote, and when. */
  readonly isJoined: boolean
  /** The visitor has read up to here. */
  readonly isSeen: boolean
  /** What whoever wrote it is called. */
  readonly author: string
  readonly chat: Pick<ChatClient, 'retry' | 'discard'>
}

interface Line {
  readonly role: MessageRole
  readonly content: string
  readonly timestamp: string | undefined
}

function lineOf(item: TimelineItem): Line {
  switch (item.kind) {
    case 'confirmed':
      return item.message
    case 'accepted':
      return { role: 'agent', content: item.message.content, timestamp: item.message.timestamp }
    case 'pending':
      return { role: 'agent', content: item.entry.content, timestamp: undefined }
  }
}

/** The part of an item that tells of a change: the item itself is made anew for every render. */
const contentsOf = (item: TimelineItem): object => (item.kind === 'pending' ? item.entry : item.message)

const isSameRow = (before: TimelineRowProps, after: TimelineRowProps): boolean =>
  contentsOf(before.item) === contentsOf(after.item) &&
  before.isJoined === after.isJoined &&
  before.isSeen === after.isSeen &&
  before.author === after.author &&
  before.chat === after.chat

/** One message: the team's at the end of the line, everybody else's at its start. Drawn once, however many come after it. */
export const TimelineRow = memo(function TimelineRow(props: TimelineRowProps) {
  const { item, isJoined, isSeen, author, chat } = props
  const { role, content, timestamp } = lineOf(item)
  return (
    <li className="message" data-role={role} data-delivery={item.kind} data-joined={isJoined}>
      <div className="bubble">
        <Said text={content} />
      </div>
      <div className="note">
        <span dir="auto">{author}</span>
        {timestamp !== undefined && (
          <time dateTime={timestamp} title={formatFull(timestamp)}>
            {formatTime(timestamp)}
          </time>
        )}
        {isSeen && (
          <span className="seen">
            <Icon name="check" size={12} />
            {words.thread.seen}
          </span>
        )}
        {item.kind === 'pending' && <Delivery entry={item.entry} chat={chat} />}
      </div>
    </li>
  )
}, isSameRow)

interface DeliveryProps extends Pick<TimelineRowProps, 'chat'> {
  readonly entry: OutboxEntry
}

function Delivery({ entry, chat }: DeliveryProps) {
  switch (entry.delivery.state) {
    case 'sending':
      return <span>{entry.delivery.attempts > 0 ? words.delivery.waiting : words.delivery.sending}</span>
    case 'queued':
      return <span>{words.delivery.waiting}</span>
    case 'failed':
      return (
        <>
          <span className="trouble" title={entry.delivery.code}>
            {words.delivery.failed}
          </span>
          <Button
            size="compact-xs"
            variant="light"
            onClick={() => {
              void chat.retry(entry.id)
            }}
          >
            {words.delivery.retry}
          </Button>
          <CopyButton value={entry.content}>
            {({ copied, copy }) => (
              <Button size="compact-xs" variant="subtle" onClick={copy}>
                {copied ? words.delivery.copied : words.delivery.copy}
              </Button>
            )}
          </CopyButton>
          <Button
            size="compact-xs"
            variant="subtle"
            color="red"
            onClick={() => {
              void chat.discard(entry.id)
            }}
          >
            {words.delivery.remove}
          </Button>
        </>
      )
  }
}
