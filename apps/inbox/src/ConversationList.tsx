import type { Typists } from '@helvino/client'
import type { AgentConversation, ConversationId, ConversationStatus } from '@helvino/protocol'
import { limits } from '@helvino/protocol'
import { Group, Loader, SegmentedControl, Text, VisuallyHidden } from '@mantine/core'
import { memo } from 'react'
import type { DraftMap } from './drafts.ts'
import { isUnread, visitorName } from './listing.ts'
import { routeHash } from './route.ts'
import { still } from './still.ts'
import { formatFull, formatWhen } from './when.ts'
import { typingText } from './typing-text.ts'
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
  readonly drafts: DraftMap
  readonly typists: Typists
  readonly selectedId: ConversationId | undefined
  readonly nowMs: number
}

export const ConversationList = still(function ConversationList(props: ConversationListProps) {
  const { conversations, isListed, totalCount, status, onStatus, drafts, typists, selectedId, nowMs } = props
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
              <ConversationRow
                conversation={conversation}
                draft={drafts.get(conversation.id)?.text.trim() ?? ''}
                happening={typingText(typists.get(conversation.id) ?? [])}
                isSelected={conversation.id === selectedId}
                nowMs={nowMs}
              />
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
  /** Empty where there is none. */
  readonly draft: string
  /** Who writes there; empty where nobody does. */
  readonly happening: string
  readonly isSelected: boolean
  readonly nowMs: number
}

const ConversationRow = memo(function ConversationRow(props: ConversationRowProps) {
  const { conversation, draft, happening, isSelected, nowMs } = props
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
          {/* In its own thread a draft is in sight already. */}
          <RowText happening={happening} draft={isSelected ? '' : draft} preview={preview} />
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

interface RowTextProps {
  readonly happening: string
  readonly draft: string
  readonly preview: string
}

/** What matters most at the moment: who writes, then what waits to be sent, then what was said last. */
function RowText({ happening, draft, preview }: RowTextProps) {
  if (happening !== '') return <i>{happening}</i>
  if (draft === '') return preview || words.list.noPreview
  return (
    <>
      <span className="draft-mark">{words.list.draft}</span> {draft}
    </>
  )
}
