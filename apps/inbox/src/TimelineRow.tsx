import type { OutboxEntry, TimelineItem } from '@helvino/client'
import type { MessageRole } from '@helvino/protocol'
import { Button, Group, Text } from '@mantine/core'
import { formatFull, formatWhen } from './when.ts'
import { words } from './words/en.ts'

interface TimelineRowProps {
  readonly item: TimelineItem
  readonly nowMs: number
  readonly onRetry: (id: OutboxEntry['id']) => void
  readonly onRemove: (id: OutboxEntry['id']) => void
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

/** One message: the team's at the end of the line, everybody else's at its start. */
export function TimelineRow({ item, nowMs, onRetry, onRemove }: TimelineRowProps) {
  const { role, content, timestamp } = lineOf(item)
  return (
    <li className="message" data-role={role} data-delivery={item.kind}>
      <div className="bubble">{content}</div>
      <Group gap={6}>
        <Text size="xs" c="dimmed">
          {words.thread.author[role]}
        </Text>
        {timestamp !== undefined && (
          <Text size="xs" c="dimmed">
            <time dateTime={timestamp} title={formatFull(timestamp)}>
              {formatWhen(timestamp, nowMs)}
            </time>
          </Text>
        )}
        {item.kind === 'pending' && <Delivery entry={item.entry} onRetry={onRetry} onRemove={onRemove} />}
      </Group>
    </li>
  )
}

interface DeliveryProps extends Pick<TimelineRowProps, 'onRetry' | 'onRemove'> {
  readonly entry: OutboxEntry
}

function Delivery({ entry, onRetry, onRemove }: DeliveryProps) {
  switch (entry.delivery.state) {
    case 'sending':
      return (
        <Text size="xs" c="dimmed">
          {entry.delivery.attempts > 0 ? words.delivery.waiting : words.delivery.sending}
        </Text>
      )
    case 'queued':
      return (
        <Text size="xs" c="dimmed">
          {words.delivery.waiting}
        </Text>
      )
    case 'failed':
      return (
        <>
          <Text size="xs" c="red" title={entry.delivery.code}>
            {words.delivery.failed}
          </Text>
          <Button
            size="compact-xs"
            variant="light"
            onClick={() => {
              onRetry(entry.id)
            }}
          >
            {words.delivery.retry}
          </Button>
          <Button
            size="compact-xs"
            variant="subtle"
            color="red"
            onClick={() => {
              onRemove(entry.id)
            }}
          >
            {words.delivery.remove}
          </Button>
        </>
      )
  }
}
