import type { AgentConversation, ConversationId, ConversationStatus } from '@helvino/protocol'
import { limits } from '@helvino/protocol'
import { Group, Loader, SegmentedControl, Text, VisuallyHidden } from '@mantine/core'
import { memo } from 'react'
import { isUnread, visitorName } from './listing.ts'
import { routeHash } from './route.ts'
import { still } from './still.ts'
import { formatFull, formatWhen } from './when.ts'
import { words } from './words/en.ts'

interface ConversationListProps {
  /** Of the chosen status, in the order in which they are shown. */
  readonly conversations: readonly AgentConversation[]
  /** False until the server has said what there is. */
  readonly isListed: boolean
  /** Of every status. */
  readonly totalCount: number
  readonly status: ConversationStatus
  readonly onStatus: (status: ConversationStatus) => void
  readonly selectedId: ConversationId | undefined
  readonly nowMs: number
}

export const ConversationList = still(function ConversationList(props: ConversationListProps) {
  const { conversations, isListed, totalCount, status, onStatus, selectedId, nowMs } = props
  return (
    <nav className="pane-list" aria-label={words.list.title}>
      <div className="pane-head">
        <SegmentedControl
          fullWidth
          size="xs"
          value={status}
          onChange={onStatus}
          data={[
            { value: 'open', label: words.list.open },
            { value: 'resolved', label: words.list.resolved },
          ]}
        />
      </div>
      <div className="scrolls">
        {!isListed && (
          <div className="lone">
            <Loader size="sm" aria-label={words.loading} />
          </div>
        )}
        {isListed && conversations.length === 0 && (
          <Text c="dimmed" size="sm" p="md">
            {status === 'open' ? words.list.emptyOpen : words.list.emptyResolved}
          </Text>
        )}
        <ul className="rows">
          {conversations.map((conversation) => (
            <li key={conversation.id}>
              <ConversationRow conversation={conversation} isSelected={conversation.id === selectedId} nowMs={nowMs} />
            </li>
          ))}
        </ul>
        {totalCount >= limits.pageConversations && (
          <Text c="dimmed" size="xs" p="md">
            {words.list.partial(totalCount)}
          </Text>
        )}
      </div>
    </nav>
  )
})

interface ConversationRowProps {
  readonly conversation: AgentConversation
  readonly isSelected: boolean
  readonly nowMs: number
}

const ConversationRow = memo(function ConversationRow({ conversation, isSelected, nowMs }: ConversationRowProps) {
  const { id, preview, activeAt } = conversation
  const hasNew = isUnread(conversation)
  return (
    <a
      className="row"
      href={routeHash({ view: 'thread', id })}
      aria-current={isSelected ? 'page' : undefined}
      data-unread={hasNew}
    >
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text size="sm" fw={hasNew ? 700 : 500} truncate>
          {words.visitor(visitorName(conversation))}
        </Text>
        <Text size="xs" c="dimmed" className="when">
          <time dateTime={activeAt} title={formatFull(activeAt)}>
            {formatWhen(activeAt, nowMs)}
          </time>
        </Text>
      </Group>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text dir="auto" size="sm" {...(hasNew ? {} : { c: 'dimmed' })} truncate>
          {preview || words.list.noPreview}
        </Text>
        {hasNew && (
          <span className="dot">
            <VisuallyHidden>{words.list.unread}</VisuallyHidden>
          </span>
        )}
      </Group>
    </a>
  )
})
